/** A call that writes, and what is said of it. */
import type { CallExpression, Expression } from '../../../facts/code.ts'
import type { Idempotency, Place } from '../../../facts/model.ts'
import type { CallMade, Frame } from '../../values/frames.ts'

export interface OutputCall {
  readonly call: CallExpression
  readonly frame: Frame
  /** The callee's type with `()`, or a shape for receivers that are not known. */
  readonly type: string
  /** The call that made the receiver: `prepare('insert …')`. */
  readonly made: CallMade | undefined
  readonly calls: readonly Place[]
  readonly inTransaction: boolean
  /** Somebody looks at what the function around it gives back. */
  readonly isResultUsed: boolean
}

/** A property or a column, with what is written into it. */
export interface KeyedValue {
  readonly name: string
  readonly value: Expression
  readonly nameAt: { readonly start: number; readonly end: number }
  readonly frame: Frame
}

/** What an output is called, and whether a repeat does harm. */
export interface Verdict {
  readonly name: string
  readonly target?: string | undefined
  readonly idempotency: Idempotency
  /** What comes back is used. */
  readonly isAnswered?: boolean
}

export const repeatable = (reason: string): Idempotency => ({ verdict: 'repeatable', reason, evidence: [] })
export const harmful = (reason: string): Idempotency => ({ verdict: 'not-repeatable', reason, evidence: [] })
export const open = (reason: string): Idempotency => ({ verdict: 'unknown', reason, evidence: [] })
