/** Outputs that are part of a transaction. */
import type { CallExpression } from '../../../facts/code.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { CallMade, Frame } from '../../values/frames.ts'
import { propertyOf } from '../../values/options.ts'
import { holderOf } from '../remembered/holders.ts'

interface Produced {
  readonly type: string
  readonly call: CallExpression
  readonly frame: Frame
  /** What made the producer. */
  readonly made: CallMade | undefined
  readonly inTransaction: boolean
}

export function isInTransaction(evaluator: Evaluator, output: Produced): boolean {
  return output.inTransaction || /:(?:Transaction|Tx)#/.test(output.type) || isTransactional(evaluator, output)
}

/** A producer of librdkafka that is given a transactional id sends nothing outside of its transactions. */
function isTransactional(evaluator: Evaluator, { type, made, call, frame }: Produced): boolean {
  if (!/:(?:Rd)?Producer#\.produce\(\)$/.test(type)) return false
  const [config] = made?.expression.args ?? []
  if (config && made && propertyOf(evaluator, evaluator.evaluate(config, made.frame), 'transactional.id')) return true
  const holder = call.callee.kind === 'member' ? holderOf(call.callee.of, frame.module) : undefined
  return frame.module.calls.some(
    ({ call: { callee } }) =>
      callee.kind === 'member' &&
      /^beginTransaction(?:Async)?$/.test(callee.name) &&
      holder !== undefined &&
      holderOf(callee.of, frame.module) === holder,
  )
}
