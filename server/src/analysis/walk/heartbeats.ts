/** Heartbeats that a handler leaves to what it calls. */
import type { CallExpression } from '../../facts/code.ts'
import type { Evaluator } from '../values/evaluator.ts'
import type { Frame, Value } from '../values/frames.ts'

/** The function itself, or the payload that holds it. */
function isHeartbeat(value: Value): boolean {
  return value.kind === 'external' && /:Each(?:Batch|Message)Payload#(?:\.heartbeat)?$/.test(value.type)
}

/** `await work(message, heartbeat)`, `await work(payload)`: it can beat by itself. */
export function handsOverHeartbeat(evaluator: Evaluator, call: CallExpression, frame: Frame): boolean {
  return call.args.some(arg => {
    const value = evaluator.evaluate(arg, frame)
    if (value.kind === 'object')
      return value.expression.properties.some(
        property => property.name === 'heartbeat' || isHeartbeat(evaluator.evaluate(property.value, value.frame)),
      )
    return isHeartbeat(value)
  })
}
