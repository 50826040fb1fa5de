/** `processor.foreachBatch(f)` and `processor.foreachPartition(f)` of `@tidemark/runtime`. */
import type { Expression } from '../../../facts/code.ts'
import type { DeclaredGuarantee, Guarantee, Text } from '../../../facts/model.ts'
import { weakerGuarantees } from '../../fixes/guaranteeFix.ts'
import type { Value } from '../../values/frames.ts'
import { noOptions, OptionReader, propertyOf, textOf } from '../../values/options.ts'
import { placeOf, sourceText } from '../../walk/places.ts'
import type { ConsumerAdapter, Finder } from '../pipelines.ts'
import { storeOf } from './storeOf.ts'

const library = '@tidemark/runtime'
const starts = /^@tidemark\/runtime:Processor#\.(foreachBatch|foreachPartition)$/

export const runtimeConsumer: ConsumerAdapter = {
  starts: type => starts.test(type),
  find(finder, call, callee, frame) {
    const { evaluator } = finder
    const isBatch = callee.type.endsWith('foreachBatch')
    const [work] = call.args
    const handler =
      work &&
      finder.handler(
        evaluator.evaluate(work, frame),
        isBatch
          ? [`${library}:Batch#`, `${library}:Context#`]
          : [`${library}:PartitionRecords#`, `${library}:Context#`],
        isBatch ? 'batch' : 'partition',
        true,
      )
    const made = callee.call
    const config = made?.expression.args[0] ? evaluator.evaluate(made.expression.args[0], made.frame) : undefined
    const guarantee = guaranteeOf(finder, config)
    const options = new OptionReader(evaluator, [config])
    const group = propertyOf(evaluator, config, 'groupId')
    return {
      at: placeOf(frame.module, call.nameAt),
      library,
      groupId: group ? textOf(evaluator, group) : undefined,
      topics: topicsOf(finder, config),
      options: {
        ...noOptions,
        commitMode: 'store',
        resetPolicy: options.text('onDataLoss'),
        sessionTimeoutMs: options.number('sessionTimeoutMs'),
        heartbeatIntervalMs: options.number('heartbeatIntervalMs'),
      },
      declared: declared(finder, config, work),
      guarantee,
      store: storeOf(evaluator, guarantee),
      handlers: handler ? [handler] : [],
      stopsGracefully: true,
      isGroupReused: false,
    }
  },
}

function topicsOf(finder: Finder, config: Value | undefined): Text[] {
  const made = propertyOf(finder.evaluator, config, 'topics')
  if (!made) return []
  const list = finder.evaluator.evaluate(made.expression, made.frame)
  return list.kind === 'array'
    ? list.expression.items.map(item => textOf(finder.evaluator, { expression: item, frame: list.frame }))
    : [textOf(finder.evaluator, made)]
}

const guarantees: Readonly<Record<string, Guarantee>> = {
  atMostOnce: 'at-most-once',
  atLeastOnce: 'at-least-once',
  idempotent: 'effectively-once',
  transactional: 'exactly-once',
}

function guaranteeOf(finder: Finder, config: Value | undefined): Value | undefined {
  const made = propertyOf(finder.evaluator, config, 'guarantee')
  return made && finder.evaluator.evaluate(made.expression, made.frame)
}

function declared(
  finder: Finder,
  config: Value | undefined,
  work: Expression | undefined,
): DeclaredGuarantee | undefined {
  const made = propertyOf(finder.evaluator, config, 'guarantee')
  if (!made) return undefined
  const value = finder.evaluator.evaluate(made.expression, made.frame)
  const name = value.kind === 'external' ? /^@tidemark\/runtime:(\w+)\(\)$/.exec(value.type)?.[1] : undefined
  const by = value.by ?? made
  // What the guarantee adds to the context would be gone.
  const isPlain = work?.kind === 'function' && work.code.parameters.length < 2
  return {
    at: placeOf(by.frame.module, by.expression),
    ...(isPlain && by.expression.kind === 'call'
      ? { alternatives: weakerGuarantees(by.frame.module, by.expression) }
      : {}),
    guarantee: (name ? guarantees[name] : undefined) ?? 'unknown',
    source: sourceText(by.frame.module, by.expression),
  }
}
