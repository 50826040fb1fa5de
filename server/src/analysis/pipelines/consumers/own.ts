/** Consumers of a team's own libraries, by the setting `consumers`: which call hands records to which function. */
import type { CustomConsumer, EngineSettings } from '../../engine/contract.ts'
import type { Value } from '../../values/frames.ts'
import { noOptions } from '../../values/options.ts'
import { placeOf } from '../../walk/places.ts'
import type { ConsumerAdapter } from '../pipelines.ts'

/** What a handler is given, as the clients' own handlers know it. */
const given = {
  message: ['kafkajs:Message#', 'kafkajs:Message#'],
  batch: ['kafkajs:Batch#.messages', 'kafkajs:Batch#.messages'],
  payload: ['kafkajs:EachMessagePayload#'],
} as const

/** The libraries that are named: a file that imports one may hold a pipeline, whatever words it uses. */
export function librariesOf({ consumers = [] }: EngineSettings): readonly string[] {
  return [...new Set(consumers.map(({ call }) => call.slice(0, call.indexOf(':'))))]
}

export function ownConsumer({ call: pattern, handler, gives = 'message', commits }: CustomConsumer): ConsumerAdapter {
  const type = pattern.replace(/\(\)$/, '')
  return {
    starts: callee => callee === type,
    find(finder, call, _, frame) {
      const values = call.args.map(arg => finder.evaluator.evaluate(arg, frame))
      const work =
        typeof handler === 'number'
          ? values[handler]
          : typeof handler === 'string'
            ? optionOf(values.map(value => finder.evaluator.member(value, handler, undefined)))
            : optionOf(values)
      // Heartbeats and resolved offsets are the library's matter, whatever it hands over.
      const found = work && finder.handler(work, given[gives], 'message', true)
      return {
        at: placeOf(frame.module, call.nameAt),
        library: 'kafkajs',
        groupId: undefined,
        topics: [],
        options: { ...noOptions, commitMode: commits ?? 'unknown' },
        declared: undefined,
        handlers: found ? [found] : [],
        stopsGracefully: undefined,
        isGroupReused: false,
      }
    },
  }
}

function optionOf(values: readonly Value[]): Value | undefined {
  return values.find(value => value.kind === 'closure')
}
