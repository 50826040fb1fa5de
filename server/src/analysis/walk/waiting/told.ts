/** What a function that is told of an output knows of it. */
import type { Binding, Expression } from '../../../facts/code.ts'

/** Whether the first argument of such a function is an error, in the way that is followed. */
export interface Told {
  /** `undefined` where it does not look. */
  readonly error: Binding | undefined
  readonly hasFailed: boolean
}

/** The arm of an `if` that is followed: 0 where the test holds, `undefined` where it asks something else. */
export function toldArm(test: Expression, told: Told | undefined): 0 | 1 | undefined {
  if (!told?.error) return undefined
  if (test.kind === 'name') return test.binding === told.error ? (told.hasFailed ? 0 : 1) : undefined
  if (test.kind === 'other' && test.what === 'not' && test.parts[0]) return other(toldArm(test.parts[0], told))
  if (test.kind !== 'binary' || test.right.kind !== 'literal' || test.right.value != null) return undefined
  const holds = toldArm(test.left, told)
  return /^!==?$/.test(test.operator) ? holds : /^===?$/.test(test.operator) ? other(holds) : undefined
}

function other(arm: 0 | 1 | undefined): 0 | 1 | undefined {
  return arm === undefined ? undefined : arm === 0 ? 1 : 0
}
