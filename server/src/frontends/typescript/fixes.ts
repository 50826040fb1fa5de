/** How fixes are written in TypeScript and JavaScript. */
import type { FixWriter } from '../../facts/code.ts'

export const typescriptFixes: FixWriter = {
  awaitPrefix: 'await ',
  asyncPrefix: 'async ',
  offsetPlusOne: offsetText => `(BigInt(${offsetText}) + 1n).toString()`,
  throwStatement: errorName => `throw ${errorName}`,
}
