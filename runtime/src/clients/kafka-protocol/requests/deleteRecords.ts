import type { TopicPartition } from '../../../semantics/ranges.ts'
import type { Request } from '../transport.ts'

export interface DeletedRecords extends TopicPartition {
  /** The log's start afterwards. */
  readonly logStartOffset: bigint
  readonly errorCode: number
}

/** `DeleteRecords` v2 (Kafka 2.4), to the partition's leader: everything below `offset` is gone for good. */
export function deleteRecords(
  { topic, partition }: TopicPartition,
  offset: bigint,
  timeoutMs: number,
): Request<readonly DeletedRecords[]> {
  return {
    name: 'DeleteRecords',
    apiKey: 21,
    version: 2,
    isFlexible: true,
    lane: 'prompt',
    waitMs: timeoutMs,
    encode(writer) {
      writer.array([topic], name => {
        writer
          .string(name)
          .array([partition], index => writer.int32(index).int64(offset).tags())
          .tags()
      })
      writer.int32(timeoutMs).tags()
    },
    decode(reader) {
      reader.int32()
      const topics = reader.array(() => {
        const name = reader.string()
        const list = reader.array(() => {
          const result = {
            topic: name,
            partition: reader.int32(),
            logStartOffset: reader.int64(),
            errorCode: reader.int16(),
          }
          reader.tags()
          return result
        })
        reader.tags()
        return list
      })
      reader.tags()
      return topics.flat()
    },
  }
}
