import { type DescribedGroup, groupDescription } from '../../clients/kafka-protocol/requests/describeGroups.ts'
import type { Request } from '../../clients/kafka-protocol/transport.ts'
import type { WireReader } from '../../clients/kafka-protocol/wire.ts'
import type { TopicPartition } from '../../semantics/ranges.ts'
import type { GroupMember } from '../snapshot.ts'

export const consumerGroupDescribeKey = 69
export const shareGroupDescribeKey = 77

/** `ConsumerGroupDescribe` v0 (Kafka 3.8, KIP-848): kafkajs takes such a group for dead. */
export function describeConsumerGroups(groupIds: readonly string[]): Request<readonly DescribedGroup[]> {
  const request = { name: 'ConsumerGroupDescribe', apiKey: consumerGroupDescribeKey, version: 0 }
  return groupDescription(request, groupIds, reader => modernGroup(reader, consumerMember))
}

/** `ShareGroupDescribe` v1 (Kafka 4.1, KIP-932). */
export function describeShareGroups(groupIds: readonly string[]): Request<readonly DescribedGroup[]> {
  const request = { name: 'ShareGroupDescribe', apiKey: shareGroupDescribeKey, version: 1 }
  return groupDescription(request, groupIds, reader => modernGroup(reader, shareMember))
}

function consumerMember(reader: WireReader): GroupMember {
  const memberId = reader.string()
  const groupInstanceId = reader.nullableString() ?? undefined
  reader.nullableString()
  reader.int32()
  const clientId = reader.string()
  const clientHost = reader.string()
  reader.array(() => reader.string())
  reader.nullableString()
  const assignment = assignedPartitions(reader)
  assignedPartitions(reader)
  reader.tags()
  return { memberId, groupInstanceId, clientId, clientHost, assignment }
}

function shareMember(reader: WireReader): GroupMember {
  const memberId = reader.string()
  reader.nullableString()
  reader.int32()
  const clientId = reader.string()
  const clientHost = reader.string()
  reader.array(() => reader.string())
  const assignment = assignedPartitions(reader)
  reader.tags()
  return { memberId, groupInstanceId: undefined, clientId, clientHost, assignment }
}

/** Of either protocol up to its members, which differ. */
function modernGroup(reader: WireReader, member: (reader: WireReader) => GroupMember): DescribedGroup {
  const errorCode = reader.int16()
  reader.nullableString()
  const groupId = reader.string()
  const state = reader.string()
  reader.int32()
  reader.int32()
  reader.string()
  const members = reader.array(() => member(reader))
  return { groupId, errorCode, state, members }
}

function assignedPartitions(reader: WireReader): TopicPartition[] {
  const topics = reader.array(() => {
    reader.raw(16)
    const topic = reader.string()
    const partitions = reader.array(() => ({ topic, partition: reader.int32() }))
    reader.tags()
    return partitions
  })
  reader.tags()
  return topics.flat()
}
