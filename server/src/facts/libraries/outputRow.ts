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
 * How a repeat is judged: `sql` reads the text; `once` is harmful unless `unless` (a name in the chain or an option) is there,
 * with `adds` whatever key the row is found by; `repeatable` never is; `mongo-update` looks for `$inc` and `$push`;
 * `builder-set` for a value that the database makes, `() => 'cents + 1'`; `save` for a key taken from the record; `http` for
 * an idempotency key.
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
  | 'builder-set'
  | { readonly once: string; readonly unless?: RegExp; readonly adds?: true }

export const append = (once: string, unless?: RegExp): Judge => (unless ? { once, unless } : { once })

/** Adds to the row it finds, unless the form of the call says that it does not. */
export const adding = (unless?: RegExp): Judge => ({ once: 'an increment', adds: true, ...(unless && { unless }) })

/** Prisma's updates that only set. */
export const settingOnly = /^(?!.*\b(?:increment|decrement|multiply|divide|push)\b)/s

export function rows(kind: OutputKind, judge: Judge, calls: readonly string[]): OutputRow[] {
  return calls.map(call => ({ call, kind, judge }))
}
