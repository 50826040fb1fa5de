import type { Request } from '../../clients/kafka-protocol/transport.ts'
import type { TopicPartition } from '../../semantics/ranges.ts'

export const offsetFetchKey = 9
export const offsetFetchManyVersion = 8

export interface GroupOffsets {
  readonly groupId: string
  readonly errorCode: number
  readonly offsets: readonly (TopicPartition & {
    readonly offset: bigint
    readonly metadata: string
    readonly errorCode: number
  })[]
}

/**
 * `OffsetFetch` v8 (Kafka 3.0): everything that these groups of one coordinator have committed, in one request.
 *
 * Not only stable offsets: while a transaction is open, what was committed before it is what a restart would read.
 */
export function offsetFetchMany(groupIds: readonly string[]): Request<readonly GroupOffsets[]> {
  return {
    name: 'OffsetFetch',
    apiKey: offsetFetchKey,
    version: offsetFetchManyVersion,
    isFlexible: true,
    lane: 'prompt',
    encode(writer) {
      writer.array(groupIds, groupId =>
        writer
          .string(groupId)
          .array(null, () => {})
          .tags(),
      )
      writer.bool(false).tags()
    },
    decode(reader) {
      reader.int32()
      const groups = reader.array(() => {
        const groupId = reader.string()
        const topics = reader.array(() => {
          const topic = reader.string()
          const list = reader.array(() => {
            const partition = reader.int32()
            const offset = reader.int64()
            reader.int32()
            const metadata = reader.string()
            const errorCode = reader.int16()
            reader.tags()
            return { topic, partition, offset, metadata, errorCode }
          })
          reader.tags()
          return list
        })
        const errorCode = reader.int16()
        reader.tags()
        return { groupId, errorCode, offsets: topics.flat() }
      })
      reader.tags()
      return groups
    },
  }
}
