/** `consumer.run({ eachMessage, eachBatch })` of kafkajs, and of the Confluent client's API of the same form. */
import type { CallExpression } from '../../../facts/code.ts'
import type { CommitMode, LibraryId, PipelineOptions } from '../../../facts/model.ts'
import { stopFix } from '../../fixes/stopFix.ts'
import type { Frame, Made, Value } from '../../values/frames.ts'
import { OptionReader, propertyOf, textOf } from '../../values/options.ts'
import { at, placeOf } from '../../walk/places.ts'
import type { ConsumerAdapter, Finder, FoundHandler } from '../pipelines.ts'
import { isReused, stopsGracefully, subscriptions } from './surroundings.ts'

const runs = /^(kafkajs|@confluentinc\/kafka-javascript):Consumer#\.run$/

export const kafkajsConsumer: ConsumerAdapter = {
  starts: type => runs.test(type),
  find(finder, call, callee, frame) {
    const library = runs.exec(callee.type)?.[1] as LibraryId
    const { evaluator } = finder
    const run = call.args[0] ? evaluator.evaluate(call.args[0], frame) : undefined
    const handlers = handlersOf(finder, library, call, frame)
    const config = callee.call?.expression.args[0]
    const consumer = config && callee.call ? evaluator.evaluate(config, callee.call.frame) : undefined
    const subscribed = subscriptions(finder, call, frame)
    const nested = consumer ? evaluator.member(consumer, 'kafkaJS', undefined) : undefined
    const options = new OptionReader(evaluator, [run, consumer, nested, ...subscribed.map(one => one.value)])
    const group = groupOf(finder, consumer) ?? groupOf(finder, nested)
    return {
      at: placeOf(frame.module, call.nameAt),
      library,
      groupId: group ? textOf(evaluator, group) : undefined,
      topics: subscribed.flatMap(one => one.topics),
      options: readOptions(options, run),
      declared: undefined,
      consumer: call.callee.kind === 'member' ? { expression: call.callee.of, frame } : undefined,
      handlers,
      stopsGracefully: stopsGracefully(finder, frame.module),
      stopFixes: stopFix(frame, call, library),
      isGroupReused: group !== undefined && isReused(group, subscribed),
    }
  },
}

function handlersOf(finder: Finder, library: LibraryId, { args }: CallExpression, frame: Frame): FoundHandler[] {
  const [run] = args
  if (!run) return []
  const found: FoundHandler[] = []
  for (const [name, type, role] of [
    ['eachMessage', 'EachMessagePayload#', 'message'],
    ['eachBatch', 'EachBatchPayload#', 'batch'],
  ] as const) {
    const value = finder.evaluator.memberOf(run, name, frame)
    const handler = finder.handler(value, [`${library}:${type}`], role, true)
    if (handler) found.push(handler)
  }
  return found
}

function groupOf(finder: Finder, config: Value | undefined): Made | undefined {
  return propertyOf(finder.evaluator, config, 'groupId') ?? propertyOf(finder.evaluator, config, 'group.id')
}

function readOptions(options: OptionReader, run: Value | undefined): PipelineOptions {
  const autoCommit = options.boolean('autoCommit', 'kafkaJS/autoCommit', 'enable.auto.commit')
  const readUncommitted = options.boolean('readUncommitted', 'kafkaJS/readUncommitted')
  const mode: CommitMode = autoCommit
    ? !autoCommit.isKnown
      ? 'unknown'
      : autoCommit.value
        ? 'after-handler'
        : 'manual'
    : run?.kind === 'object'
      ? 'after-handler'
      : 'unknown'
  return {
    autoCommit,
    commitMode: mode,
    autoResolve: options.boolean('eachBatchAutoResolve'),
    runOptions: run?.kind === 'object' ? startOf(run) : undefined,
    fromBeginning: options.boolean('fromBeginning', 'kafkaJS/fromBeginning'),
    resetPolicy: options.text('auto.offset.reset'),
    isolation: readUncommitted && {
      ...readUncommitted,
      value: readUncommitted.value ? 'read_uncommitted' : 'read_committed',
    },
    sessionTimeoutMs: options.number('sessionTimeout', 'kafkaJS/sessionTimeout', 'session.timeout.ms'),
    heartbeatIntervalMs: options.number('heartbeatInterval', 'kafkaJS/heartbeatInterval', 'heartbeat.interval.ms'),
    concurrency: options.number('partitionsConsumedConcurrently'),
  }
}

/** Behind the brace, with the line break and indent that the first option has. */
function startOf({ expression, frame }: Extract<Value, { kind: 'object' }>): PipelineOptions['runOptions'] {
  // `new Object()` has no brace to stand behind.
  if (frame.module.text[expression.start] !== '{') return undefined
  const start = expression.start + 1
  const separator = /^\s*/.exec(frame.module.text.slice(start, start + 200))?.[0] || ' '
  return { at: at(frame.module, start), separator }
}
