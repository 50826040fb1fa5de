import type { TopicPartition } from '../../../semantics/ranges.ts'
import type { Request } from '../transport.ts'
import { byTopic } from './byTopic.ts'

/** Instead of a time: the end of the log (as the isolation sees it), or its start. */
export const latestTimestamp = -1n
export const earliestTimestamp = -2n

export interface ListedOffset extends TopicPartition {
  readonly errorCode: number
  readonly timestampMs: bigint
  /** -1: no record at or after the time. */
  readonly offset: bigint
}

/**
 * `ListOffsets` v5 (Kafka 2.2).
 *
 * @param isolation for `latestTimestamp`: `read_uncommitted` answers the high watermark, `read_committed` the last stable offset.
 */
export function listOffsets(
  partitions: readonly TopicPartition[],
  timestampMs: bigint,
  isolation: 'read_uncommitted' | 'read_committed',
): Request<readonly ListedOffset[]> {
  return {
    name: 'ListOffsets',
    apiKey: 2,
    version: 5,
    isFlexible: false,
    lane: 'prompt',
    encode(writer) {
      writer.int32(-1).int8(isolation === 'read_committed' ? 1 : 0)
      writer.array(byTopic(partitions), ({ topic, items }) => {
        writer.string(topic).array(items, ({ partition }) => {
          writer.int32(partition).int32(-1).int64(timestampMs)
        })
      })
    },
    decode(reader) {
      reader.int32()
      const topics = reader.array(() => {
        const topic = reader.string()
        return reader.array(() => {
          const listed = {
            topic,
            partition: reader.int32(),
            errorCode: reader.int16(),
            timestampMs: reader.int64(),
            offset: reader.int64(),
          }
          reader.int32()
          return listed
        })
      })
      return topics.flat()
    },
  }
}
