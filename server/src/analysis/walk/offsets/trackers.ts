/** Commit trackers: objects that were given the consumer's commit and are told which records are done. */
import type { CallExpression } from '../../../facts/code.ts'
import { callRows } from '../../../facts/libraries/signals.ts'
import type { Commit } from '../../../facts/model.ts'
import type { Value } from '../../values/frames.ts'
import { calleeOf, sourceText } from '../places.ts'
import type { Position } from '../positions.ts'
import type { Walker } from '../walker.ts'

export function trackedCommit(
  walker: Walker,
  call: CallExpression,
  callee: Extract<Value, { kind: 'closure' }>,
  position: Position,
): Commit | undefined {
  const { self } = callee
  if (self?.kind !== 'instance' || !/finish|done|complete|processed|ack|success|handled/i.test(callee.code.name ?? ''))
    return undefined
  const commits = self.args?.some(arg => {
    const value = walker.evaluator.thunk(arg)
    return value.kind === 'external' && callRows[`${value.type}()`]?.kind === 'commit'
  })
  if (!commits || !call.args.some(arg => walker.origins.isFromRecord(arg, position.frame))) return undefined
  const { module } = position.frame
  const at = calleeOf(module, call)
  return {
    kind: 'commit',
    at,
    calls: position.calls,
    commit: 'commit',
    name: sourceText(module, call.callee, 40),
    offset: { at, form: 'none', source: '', fixes: [] },
    isTracked: true,
    fixes: [],
  }
}
