/** librdkafka's bindings: `consumer.on('data', f)`, `consumer.consume(n, f)`, and the read stream. */
import type { CallExpression, FunctionCode } from '../../../facts/code.ts'
import type { CommitMode, LibraryId } from '../../../facts/model.ts'
import { stopFix } from '../../fixes/stopFix.ts'
import { frameOf, returnsOf } from '../../values/activations.ts'
import { type Frame, moduleFrame, selfOf } from '../../values/frames.ts'
import { noOptions, OptionReader, propertyOf, textOf } from '../../values/options.ts'
import { passedOnBy } from '../../values/promised.ts'
import { placeOf } from '../../walk/places.ts'
import type { ConsumerAdapter, Finder, FoundHandler } from '../pipelines.ts'
import { stopsGracefully, subscriptions } from './surroundings.ts'

const starts = /^(node-rdkafka|@confluentinc\/kafka-javascript):(?:KafkaConsumer#\.(?:on|consume)|ConsumerStream#\.on)$/
const brokerNames = ['metadata.broker.list', 'bootstrap.servers']

export const rdkafkaConsumer: ConsumerAdapter = {
  starts: type => starts.test(type),
  find(finder, call, callee, frame) {
    const { evaluator } = finder
    const library = starts.exec(callee.type)?.[1] as LibraryId
    const first = call.args[0] ? evaluator.evaluate(call.args[0], frame) : undefined
    if (callee.type.endsWith('.on') && !(first?.kind === 'constant' && first.value === 'data')) return undefined
    const handler = handlerOf(finder, library, call, callee, frame)
    if (!handler) return undefined
    const made = callee.call
    const config = made ? made.expression.args.map(arg => evaluator.evaluate(arg, made.frame)) : []
    const options = new OptionReader(evaluator, config)
    const subscribed = subscriptions(finder, call, frame)
    const group = config.map(value => propertyOf(evaluator, value, 'group.id')).find(value => value)
    const autoCommit = options.boolean('enable.auto.commit')
    return {
      at: placeOf(frame.module, call.nameAt),
      library,
      groupId: group ? textOf(evaluator, group) : undefined,
      topics: subscribed.flatMap(one => one.topics),
      options: {
        ...noOptions,
        autoCommit,
        commitMode: commitMode(
          options,
          // Without its brokers or group the object is filled elsewhere.
          group !== undefined || config.some(value => brokerNames.some(name => propertyOf(evaluator, value, name))),
        ),
        resetPolicy: options.text('auto.offset.reset'),
        sessionTimeoutMs: options.number('session.timeout.ms'),
        heartbeatIntervalMs: options.number('heartbeat.interval.ms'),
      },
      declared: undefined,
      handlers: [handler],
      stopsGracefully: stopsGracefully(finder, frame.module, made?.frame.module === frame.module),
      stopFixes: stopFix(frame, call, library, true),
      isGroupReused: false,
    }
  },
}

function handlerOf(
  finder: Finder,
  library: LibraryId,
  call: CallExpression,
  { type }: { readonly type: string },
  frame: Frame,
): FoundHandler | undefined {
  const { evaluator } = finder
  const record = `${library}:RdMessage#`
  const work = call.args.map(arg => evaluator.evaluate(arg, frame)).find(value => value.kind === 'closure')
  if (!type.endsWith('.consume')) return work && finder.handler(work, [record], 'data-event', false)
  const executor = work?.kind === 'closure' ? passedOnBy(work.code, work.frame.module) : undefined
  if (executor) return waitingFor(finder, executor, frame)
  if (work) return finder.handler(work, ['global:Error#', record], 'batch', false)
  // `consumer.consume(10)` without a callback hands the records to the listener of `data`.
  if (call.callee.kind === 'member' && !call.callee.name.endsWith('Async')) return undefined
  const then = frame.module.calls.find(
    ({ call: { callee } }) => callee.kind === 'member' && callee.name === 'then' && callee.of === call,
  )?.call.args[0]
  if (then) return finder.handler(evaluator.evaluate(then, frame), [record], 'batch', false)
  // `const messages = await consumer.consumeAsync(10)`: the function that asks for them works on them.
  return worksOn(finder, frame)
}

function worksOn(finder: Finder, frame: Frame): FoundHandler | undefined {
  const { code, parent = moduleFrame(frame.module) } = frame
  if (!code) return undefined
  return finder.handler(
    { kind: 'closure', code, frame: parent, self: selfOf(frame), by: undefined },
    [],
    'batch',
    false,
  )
}

/** `await new Promise(…)` around the callback, or a call of the function that returns that promise. */
function waitingFor(finder: Finder, executor: FunctionCode, frame: Frame): FoundHandler | undefined {
  const around = frameOf(frame, executor.parent)
  const isReturned = returnsOf(around.code ?? executor).some(
    ({ start, end }) => start <= executor.start && executor.end <= end,
  )
  if (!isReturned) return worksOn(finder, around)
  const [first] = around.args ?? []
  return first && 'frame' in first ? worksOn(finder, first.frame) : undefined
}

/** librdkafka stores an offset as done before it hands the message out, unless told not to. */
function commitMode(options: OptionReader, isSeen: boolean): CommitMode {
  const autoCommit = options.boolean('enable.auto.commit')
  const autoStore = options.boolean('enable.auto.offset.store')
  if (autoCommit?.value === false || autoStore?.value === false) return 'manual'
  if ((autoCommit && !autoCommit.isKnown) || (autoStore && !autoStore.isKnown) || !isSeen) return 'unknown'
  return 'before-handler'
}
