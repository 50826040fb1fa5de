/** The ledger, after having printed what a terminal would obey. */
process.stdout.write(
  '\u001b]0;owned\u0007\u001b[2J\u001b[31mred\u001b[0m \u0008\u009b31m \u202etxet\r\u001b]52;c;cm0gLXJm\u0007 end\n',
)
process.stderr.write('\u001bP1$r\u001b\\ and here\u2028too\n')
await import('./ledger.ts')

export {}
