/** What timers run: later, and nobody waits for it. */
import type { CallExpression, Expression } from '../../../facts/code.ts'
import { sequence } from '../../../facts/flows.ts'
import { callRows } from '../../../facts/libraries/signals.ts'
import type { Flow } from '../../../facts/model.ts'
import type { CallWalker } from '../callWalker.ts'
import { placeOf } from '../places.ts'
import type { Position } from '../positions.ts'
import type { Walker } from '../walker.ts'

export function timed(
  walker: Walker,
  calls: CallWalker,
  call: CallExpression,
  type: string,
  position: Position,
  out: Flow[],
): void {
  const [work] = call.args
  const closure = work ? calls.closure(work, position) : undefined
  const flow = closure
    ? walker.enter(closure, [], position, placeOf(position.frame.module, call.nameAt))
    : work && given(walker, calls, work, call, position)
  if (flow) out.push(calls.detached('timer', call, flow, position))
  if (type === 'global:setTimeout') calls.signal(call, 'delay', position, out, false)
}

/** `setInterval(heartbeat, 3_000)`: the client's own function, as it is. `setTimeout(reject, 3_000)`. */
function given(
  walker: Walker,
  calls: CallWalker,
  work: Expression,
  call: CallExpression,
  position: Position,
): Flow | undefined {
  const steps: Flow[] = []
  if (calls.isReject(work, position)) {
    calls.reject(work, placeOf(position.frame.module, work), position, steps)
    return sequence(steps)
  }
  const value = walker.evaluator.evaluate(work, position.frame)
  const row = value.kind === 'external' ? callRows[`${value.type}()`] : undefined
  if (row?.kind !== 'signal') return undefined
  calls.signal(call, row.signal, position, steps, false)
  return sequence(steps)
}
