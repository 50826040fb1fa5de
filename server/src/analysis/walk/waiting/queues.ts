/** Queues of this process: what is pushed runs later, in the worker the queue was made with. */
import type { CallExpression } from '../../../facts/code.ts'
import type { Flow } from '../../../facts/model.ts'
import { argumentsOf } from '../../values/activations.ts'
import type { Value } from '../../values/frames.ts'
import { placeOf } from '../places.ts'
import type { Position } from '../positions.ts'
import type { Walker } from '../walker.ts'

const pushes =
  /^(?:async:(?:queue|priorityQueue|cargo)|fastq:(?:promise)?|fastq:|queue:)\(\)\.(?:push|unshift|pushAsync)$/

export function queuedWork(
  walker: Walker,
  call: CallExpression,
  callee: Extract<Value, { kind: 'external' }>,
  position: Position,
): Flow | undefined {
  if (!pushes.test(callee.type) || !callee.call) return undefined
  const worker = callee.call.expression.args
    .map(arg => walker.evaluator.evaluate(arg, callee.call?.frame ?? position.frame))
    .find(value => value.kind === 'closure')
  if (worker?.kind !== 'closure') return undefined
  return walker.enter(worker, argumentsOf(call, position.frame), position, placeOf(position.frame.module, call.nameAt))
}
