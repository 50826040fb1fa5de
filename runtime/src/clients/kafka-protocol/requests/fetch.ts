import type { TopicPartition } from '../../../semantics/ranges.ts'
import type { Request } from '../transport.ts'
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
}

/** `Fetch` v11 (Kafka 2.3), without a fetch session: every request says all it wants. */
export function fetch(positions: readonly FetchPosition[], options: FetchOptions): Request<FetchAnswer> {
  return {
    name: 'Fetch',
    apiKey: 1,
    version: 11,
    isFlexible: false,
    lane: 'fetch',
    waitMs: options.maxWaitMs,
    encode(writer) {
      writer.int32(-1).int32(options.maxWaitMs).int32(options.minBytes).int32(options.maxBytes)
      writer.int8(options.isolation === 'read_committed' ? 1 : 0)
      writer.int32(0).int32(-1)
      writer.array(byTopic(positions), ({ topic, items }) => {
        writer.string(topic).array(items, ({ partition, offset, maxBytes }) => {
          writer.int32(partition).int32(-1).int64(offset).int64(-1n).int32(maxBytes)
        })
      })
      writer.int32(0).string('')
    },
    decode(reader) {
      reader.int32()
      const errorCode = reader.int16()
      reader.int32()
      const topics = reader.array(() => {
        const topic = reader.string()
        return reader.array(() => {
          const head = {
            topic,
            partition: reader.int32(),
            errorCode: reader.int16(),
            highWatermark: reader.int64(),
            lastStableOffset: reader.int64(),
            logStartOffset: reader.int64(),
          }
          const aborted = reader.array(() => ({ producerId: reader.int64(), firstOffset: reader.int64() }))
          reader.int32()
          return { ...head, aborted, records: reader.bytes() ?? Buffer.alloc(0) }
        })
      })
      return { errorCode, partitions: topics.flat() }
    },
  }
}
