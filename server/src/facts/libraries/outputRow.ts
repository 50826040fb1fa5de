/** What one row of the table of outputs says. */
import type { OutputKind } from '../model.ts'

export interface OutputRow {
  readonly call: string
  readonly kind: OutputKind
  readonly judge: Judge
  /** Whether it returns a promise. @defaultValue true */
  readonly isAsync?: boolean
}

/**
 * How a repeat is judged: `sql` reads the text; `once` is harmful unless `unless` (a name in the chain or an option) is there;
 * `repeatable` never is; `mongo-update` looks for `$inc` and `$push`; `save` for a key taken from the record; `http` for an idempotency key.
 */
export type Judge =
  | 'sql'
  | 'repeatable'
  | 'mongo-update'
  | 'save'
  | 'http'
  | 'produce'
  | 'file'
  | 'redis-set'
  | 'request'
  | { readonly once: string; readonly unless?: RegExp }

export const append = (once: string, unless?: RegExp): Judge => (unless ? { once, unless } : { once })

export function rows(kind: OutputKind, judge: Judge, calls: readonly string[]): OutputRow[] {
  return calls.map(call => ({ call, kind, judge }))
}
