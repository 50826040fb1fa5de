/** Services put together by hand: `new OrdersConsumer(new PgOrders()).start()`. */
import type { Module } from '../../facts/code.ts'
import type { Evaluator } from '../values/evaluator.ts'
import type { Value } from '../values/frames.ts'

/** Services in services: this deep. */
const depthMax = 3

/**
 * Whether an instance is given, in this file, a class where its own file only asks for an interface or an abstract class that
 * several fulfil: what it does is known here, and nowhere else.
 */
export function isChosenHere(evaluator: Evaluator, instance: Value | undefined, module: Module, depth = 0): boolean {
  // A test chooses for itself.
  if (evaluator.project.isTest?.(module.path)) return false
  const made = instance?.kind === 'instance' ? instance.code.methods.get('constructor') : undefined
  if (instance?.kind !== 'instance' || !made || !instance.args || depth > depthMax) return false
  return instance.args.some((arg, index) => {
    if (!('expression' in arg) || arg.frame.module !== module) return false
    const given = evaluator.thunk(arg)
    if (given.kind !== 'instance') return false
    const asked = evaluator.typeValue(made.parameters[index]?.type, instance.frame.module)
    return evaluator.implementation(asked).among.length > 1 || isChosenHere(evaluator, given, module, depth + 1)
  })
}
