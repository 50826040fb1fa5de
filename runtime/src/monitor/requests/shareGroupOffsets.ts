import type { Request } from '../../clients/kafka-protocol/transport.ts'
import type { GroupOffsets } from './offsetFetchMany.ts'

export const shareGroupOffsetsKey = 90

/**
 * `DescribeShareGroupOffsets` v0 (Kafka 4.1, KIP-932): where each share group's earliest record stands that nobody has finished.
 * Records after it may be finished already, so what lies behind is an upper bound.
 */
export function shareGroupOffsets(groupIds: readonly string[]): Request<readonly GroupOffsets[]> {
  return {
    name: 'DescribeShareGroupOffsets',
    apiKey: shareGroupOffsetsKey,
    version: 0,
    isFlexible: true,
    lane: 'prompt',
    encode(writer) {
      writer.array(groupIds, groupId =>
        writer
          .string(groupId)
          .array(null, () => {})
          .tags(),
      )
      writer.tags()
    },
    decode(reader) {
      reader.int32()
      const groups = reader.array(() => {
        const groupId = reader.string()
        const topics = reader.array(() => {
          const topic = reader.string()
          reader.raw(16)
          const list = reader.array(() => {
            const partition = reader.int32()
            const offset = reader.int64()
            reader.int32()
            const errorCode = reader.int16()
            reader.nullableString()
            reader.tags()
            return { topic, partition, offset, metadata: '', errorCode }
          })
          reader.tags()
          return list
        })
        const errorCode = reader.int16()
        reader.nullableString()
        reader.tags()
        return { groupId, errorCode, offsets: topics.flat() }
      })
      reader.tags()
      return groups
    },
  }
}
