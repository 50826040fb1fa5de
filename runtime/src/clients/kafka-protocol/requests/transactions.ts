/**
 * The requests of idempotent and transactional producers.
 *
 * @see KIP-98, KIP-360 (epoch bump), KIP-447 (offsets committed under member and generation)
 */
import type { TopicPartition } from '../../../semantics/ranges.ts'
import type { MemberIdentity } from '../../client.ts'
import type { Request } from '../transport.ts'
import { byTopic } from './byTopic.ts'
import type { OffsetToCommit } from './offsets.ts'

export interface ProducerIdentity {
  readonly producerId: bigint
  readonly epoch: number
}

/** `InitProducerId` v4 (Kafka 2.7): with a transactional id, fences the producer before and ends what it left open. */
export function initProducerId(
  transactionalId: string | undefined,
  transactionTimeoutMs: number,
): Request<ProducerIdentity & { readonly errorCode: number }> {
  return {
    name: 'InitProducerId',
    apiKey: 22,
    version: 4,
    isFlexible: true,
    lane: 'prompt',
    encode(writer) {
      writer
        .string(transactionalId ?? null)
        .int32(transactionTimeoutMs)
        .int64(-1n)
        .int16(-1)
        .tags()
    },
    decode(reader) {
      reader.int32()
      return { errorCode: reader.int16(), producerId: reader.int64(), epoch: reader.int16() }
    },
  }
}

/** `AddPartitionsToTxn` v2 (Kafka 2.7): before the first record of a partition in a transaction. */
export function addPartitionsToTxn(
  transactionalId: string,
  { producerId, epoch }: ProducerIdentity,
  partitions: readonly TopicPartition[],
): Request<readonly (TopicPartition & { readonly errorCode: number })[]> {
  return {
    name: 'AddPartitionsToTxn',
    apiKey: 24,
    version: 2,
    isFlexible: false,
    lane: 'prompt',
    encode(writer) {
      writer.string(transactionalId).int64(producerId).int16(epoch)
      writer.array(byTopic(partitions), ({ topic, items }) => {
        writer.string(topic).array(items, ({ partition }) => writer.int32(partition))
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

/** `AddOffsetsToTxn` v2 (Kafka 2.7): before a group's offsets are part of a transaction. Answers the error code. */
export function addOffsetsToTxn(
  transactionalId: string,
  { producerId, epoch }: ProducerIdentity,
  groupId: string,
): Request<number> {
  return {
    name: 'AddOffsetsToTxn',
    apiKey: 25,
    version: 2,
    isFlexible: false,
    lane: 'prompt',
    encode(writer) {
      writer.string(transactionalId).int64(producerId).int16(epoch).string(groupId)
    },
    decode(reader) {
      reader.int32()
      return reader.int16()
    },
  }
}

/**
 * `TxnOffsetCommit` v3 (Kafka 2.5): with member and generation, so that the group's coordinator refuses a zombie:
 *   1. A and B have a transactional id each, as instances of one program do
 *   2. A sends records in a transaction and is frozen; its session ends, B takes over, repeats the work and commits
 *   3. A resumes: its epoch is good, nobody took its id; below version 3 its offsets and records would be committed too
 */
export function txnOffsetCommit(
  transactionalId: string,
  { producerId, epoch }: ProducerIdentity,
  member: MemberIdentity,
  offsets: readonly OffsetToCommit[],
): Request<readonly (TopicPartition & { readonly errorCode: number })[]> {
  return {
    name: 'TxnOffsetCommit',
    apiKey: 28,
    version: 3,
    isFlexible: true,
    lane: 'prompt',
    encode(writer) {
      writer.string(transactionalId).string(member.groupId).int64(producerId).int16(epoch)
      writer
        .int32(member.generation)
        .string(member.memberId)
        .string(member.groupInstanceId ?? null)
      writer.array(byTopic(offsets), ({ topic, items }) => {
        writer.string(topic)
        writer.array(items, ({ partition, offset, metadata }) => {
          writer
            .int32(partition)
            .int64(offset)
            .int32(-1)
            .string(metadata ?? '')
            .tags()
        })
        writer.tags()
      })
      writer.tags()
    },
    decode(reader) {
      reader.int32()
      const topics = reader.array(() => {
        const topic = reader.string()
        const partitions = reader.array(() => {
          const result = { topic, partition: reader.int32(), errorCode: reader.int16() }
          reader.tags()
          return result
        })
        reader.tags()
        return partitions
      })
      return topics.flat()
    },
  }
}

/** `EndTxn` v2 (Kafka 2.7). Answers the error code. Asking again for the same end is answered with success. */
export function endTxn(
  transactionalId: string,
  { producerId, epoch }: ProducerIdentity,
  isCommit: boolean,
): Request<number> {
  return {
    name: 'EndTxn',
    apiKey: 26,
    version: 2,
    isFlexible: false,
    lane: 'prompt',
    encode(writer) {
      writer.string(transactionalId).int64(producerId).int16(epoch).bool(isCommit)
    },
    decode(reader) {
      reader.int32()
      return reader.int16()
    },
  }
}
