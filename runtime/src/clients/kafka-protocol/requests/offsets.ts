import type { TopicPartition } from '../../../semantics/ranges.ts'
import type { MemberIdentity } from '../../client.ts'
import { checkCode } from '../errorCodes.ts'
import type { Request } from '../transport.ts'
import { byTopic } from './byTopic.ts'

export interface FetchedOffset extends TopicPartition {
  readonly errorCode: number
  /** -1: never committed. */
  readonly offset: bigint
  readonly metadata: string | null
}

/**
 * `OffsetFetch` v7 (Kafka 2.5): committed offsets, stable ones only: while a transaction that commits offsets of this
 * group is open, the broker answers UNSTABLE_OFFSET_COMMIT rather than the offsets from before it.
 * `null` asks for all partitions.
 *
 * @see KIP-447
 */
export function offsetFetch(
  groupId: string,
  partitions: readonly TopicPartition[] | null,
): Request<readonly FetchedOffset[]> {
  return {
    name: 'OffsetFetch',
    apiKey: 9,
    version: 7,
    isFlexible: true,
    lane: 'prompt',
    encode(writer) {
      writer.string(groupId).array(partitions && byTopic(partitions), ({ topic, items }) => {
        writer
          .string(topic)
          .array(items, ({ partition }) => writer.int32(partition))
          .tags()
      })
      writer.bool(true).tags()
    },
    decode(reader) {
      reader.int32()
      const topics = reader.array(() => {
        const topic = reader.string()
        const list = reader.array(() => {
          const partition = reader.int32()
          const offset = reader.int64()
          reader.int32()
          const metadata = reader.nullableString()
          const errorCode = reader.int16()
          reader.tags()
          return { topic, partition, offset, metadata, errorCode }
        })
        reader.tags()
        return list
      })
      checkCode(`OffsetFetch of group ${groupId}`, reader.int16())
      return topics.flat()
    },
  }
}

export interface OffsetToCommit extends TopicPartition {
  readonly offset: bigint
  readonly metadata?: string
}

/** `OffsetCommit` v7 (Kafka 2.3): refused by the broker unless member and generation are the group's present ones. */
export function offsetCommit(
  identity: MemberIdentity,
  offsets: readonly OffsetToCommit[],
): Request<readonly (TopicPartition & { readonly errorCode: number })[]> {
  return {
    name: 'OffsetCommit',
    apiKey: 8,
    version: 7,
    isFlexible: false,
    lane: 'prompt',
    encode(writer) {
      writer.string(identity.groupId).int32(identity.generation).string(identity.memberId)
      writer.string(identity.groupInstanceId ?? null)
      writer.array(byTopic(offsets), ({ topic, items }) => {
        writer.string(topic).array(items, ({ partition, offset, metadata }) => {
          writer
            .int32(partition)
            .int64(offset)
            .int32(-1)
            .string(metadata ?? '')
        })
      })
    },
    decode(reader) {
      reader.int32()
      const topics = reader.array(() => {
        const topic = reader.string()
        return reader.array(() => ({ topic, partition: reader.int32(), errorCode: reader.int16() }))
      })
      return topics.flat()
    },
  }
}
