#!/usr/bin/env node
/** `tidemark`: finds the command, runs it, and turns what it throws into a message and an exit code. */
import { realpathSync } from 'node:fs'
import { type Command, exitCodes, type Terminal, UsageError } from './commands/command.ts'

/** Loaded when asked for, so that `tidemark kafka down` does not load a Kafka client. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  kafka: async () => (await import('./commands/kafka.ts')).kafka,
  topics: async () => (await import('./commands/topics.ts')).topics,
  groups: async () => (await import('./commands/groups.ts')).groups,
  lag: async () => (await import('./commands/lag.ts')).lag,
  reset: async () => (await import('./commands/reset.ts')).reset,
  batches: async () => (await import('./commands/batches.ts')).batches,
  step: async () => (await import('./commands/step.ts')).step,
}

/** @returns the exit code. */
export async function main([name, ...args]: readonly string[], terminal: Terminal): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    terminal.out(await overview())
    return name === undefined ? exitCodes.usage : exitCodes.done
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!load) {
    terminal.error(`tidemark has no command '${name}'.\n\n${await overview()}`)
    return exitCodes.usage
  }
  const command = await load()
  if (args.includes('--help') || args.includes('-h')) {
    terminal.out(command.help)
    return exitCodes.done
  }
  try {
    return await command.run(args, terminal)
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.error(`${error.message}.\n'tidemark ${name} --help' shows what it takes.`)
      return exitCodes.usage
    }
    terminal.error(explain(error))
    return exitCodes.failed
  }
}

async function overview(): Promise<string> {
  const rows = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => `  ${name.padEnd(8)} ${(await load()).summary}`),
  )
  return `tidemark <command> [options]\n\n${rows.join('\n')}\n\n'tidemark <command> --help' shows its options.`
}

/** What went wrong and what to do; a stack only where nobody foresaw the error. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('action' in error && typeof error.action === 'string')
    return error.message.includes(error.action) ? error.message : `${error.message}\n${error.action}`
  return error.stack ?? error.message
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === import.meta.filename) {
  const interruption = new AbortController()
  // A second Ctrl+C ends the command at once.
  process.once('SIGINT', () => interruption.abort())
  process.exitCode = await main(process.argv.slice(2), {
    out: text => console.log(text),
    error: text => console.error(text),
    env: process.env,
    columns: process.stdout.columns,
    input: process.stdin,
    interrupted: interruption.signal,
  })
}
