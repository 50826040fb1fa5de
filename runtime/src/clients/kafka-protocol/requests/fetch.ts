import type { TopicPartition } from '../../../semantics/ranges.ts'
import type { Request } from '../transport.ts'
import type { WireReader } from '../wire.ts'
import { byTopic } from './byTopic.ts'

export interface FetchPosition extends TopicPartition {
  readonly offset: bigint
  readonly maxBytes: number
}

export interface FetchAnswer {
  readonly errorCode: number
  readonly partitions: readonly FetchAnswerPartition[]
}

export interface FetchAnswerPartition extends TopicPartition {
  readonly errorCode: number
  readonly highWatermark: bigint
  readonly lastStableOffset: bigint
  readonly logStartOffset: bigint
  readonly aborted: readonly AbortedRange[]
  /** Record batches as they lie in the log; a slice of the answer, the last batch may be cut off. */
  readonly records: Buffer
}

/** An aborted transaction of a producer begins at `firstOffset`; it ends with that producer's next control record. */
export interface AbortedRange {
  readonly producerId: bigint
  readonly firstOffset: bigint
}

export interface FetchOptions {
  readonly maxWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly isolation: 'read_committed' | 'read_uncommitted'
  /**
   * Ids of all topics asked, base64url. With them a topic that was deleted and made anew under its name is refused; by
   * name alone its records would be read from a position that means nothing in it.
   */
  readonly topicIds?: ReadonlyMap<string, string>
}

/** The first version that names topics by id (Kafka 3.1, KIP-516). */
export const fetchVersionWithIds = 13

/** `Fetch` v11 (Kafka 2.3) by name or v13 by topic id, without a fetch session: every request says all it wants. */
export function fetch(positions: readonly FetchPosition[], options: FetchOptions): Request<FetchAnswer> {
  const { topicIds } = options
  const version = topicIds ? fetchVersionWithIds : 11
  const namesById = new Map([...(topicIds ?? [])].map(([topic, id]) => [id, topic]))
  return {
    name: 'Fetch',
    apiKey: 1,
    version,
    isFlexible: topicIds !== undefined,
    lane: 'fetch',
    waitMs: options.maxWaitMs,
    encode(writer) {
      writer.int32(-1).int32(options.maxWaitMs).int32(options.minBytes).int32(options.maxBytes)
      writer.int8(options.isolation === 'read_committed' ? 1 : 0)
      writer.int32(0).int32(-1)
      writer.array(byTopic(positions), ({ topic, items }) => {
        if (topicIds) writer.raw(Buffer.from(topicIds.get(topic) ?? '', 'base64url'))
        else writer.string(topic)
        writer.array(items, ({ partition, offset, maxBytes }) => {
          writer.int32(partition).int32(-1).int64(offset)
          if (topicIds) writer.int32(-1)
          writer.int64(-1n).int32(maxBytes).tags()
        })
        writer.tags()
      })
      writer
        .array([], () => {})
        .string('')
        .tags()
    },
    decode(reader) {
      reader.int32()
      const errorCode = reader.int16()
      reader.int32()
      const topics = reader.array(() => {
        const topic = topicIds ? (namesById.get(reader.raw(16).toString('base64url')) ?? '') : reader.string()
        const partitions = reader.array(() => answerPartition(reader, topic))
        reader.tags()
        return partitions
      })
      return { errorCode, partitions: topics.flat() }
    },
  }
}

function answerPartition(reader: WireReader, topic: string): FetchAnswerPartition {
  const head = {
    topic,
    partition: reader.int32(),
    errorCode: reader.int16(),
    highWatermark: reader.int64(),
    lastStableOffset: reader.int64(),
    logStartOffset: reader.int64(),
  }
  const aborted = reader.array(() => {
    const range = { producerId: reader.int64(), firstOffset: reader.int64() }
    reader.tags()
    return range
  })
  reader.int32()
  const records = reader.bytes() ?? Buffer.alloc(0)
  reader.tags()
  return { ...head, aborted, records }
}
