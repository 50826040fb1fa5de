import type { TopicPartition } from '../../../semantics/ranges.ts'
import type { Request } from '../transport.ts'
import { WireReader } from '../wire.ts'

export interface GroupMember {
  readonly memberId: string
  readonly groupInstanceId: string | undefined
  readonly clientId: string
  readonly clientHost: string
  readonly assignment: readonly TopicPartition[]
}

export interface DescribedGroup {
  readonly groupId: string
  readonly errorCode: number
  readonly state: string
  readonly members: readonly GroupMember[]
}

/** `DescribeGroups` v5 (Kafka 2.4): members and assignment of classic groups. */
export function describeGroups(groupIds: readonly string[]): Request<readonly DescribedGroup[]> {
  return groupDescription({ name: 'DescribeGroups', apiKey: 15, version: 5 }, groupIds, reader => {
    const errorCode = reader.int16()
    const groupId = reader.string()
    const state = reader.string()
    const protocolType = reader.string()
    reader.string()
    const members = reader.array(() => classicMember(reader, protocolType))
    return { groupId, errorCode, state, members }
  })
}

/**
 * What the descriptions of all protocols have in common: ids go out, and each group that comes back ends in what one may do
 * with it, which nobody asks for here.
 *
 * @param readGroup - up to its members
 */
export function groupDescription(
  request: Pick<Request<never>, 'name' | 'apiKey' | 'version'>,
  groupIds: readonly string[],
  readGroup: (reader: WireReader) => DescribedGroup,
): Request<readonly DescribedGroup[]> {
  return {
    ...request,
    isFlexible: true,
    lane: 'prompt',
    encode(writer) {
      writer
        .array(groupIds, groupId => writer.string(groupId))
        .bool(false)
        .tags()
    },
    decode(reader) {
      reader.int32()
      const groups = reader.array(() => {
        const group = readGroup(reader)
        reader.int32()
        reader.tags()
        return group
      })
      reader.tags()
      return groups
    },
  }
}

function classicMember(reader: WireReader, protocolType: string): GroupMember {
  const memberId = reader.string()
  const groupInstanceId = reader.nullableString() ?? undefined
  const clientId = reader.string()
  const clientHost = reader.string()
  reader.bytes()
  const assignment = reader.bytes()
  reader.tags()
  return {
    memberId,
    groupInstanceId,
    clientId,
    clientHost,
    assignment: protocolType === 'consumer' && assignment ? assignedPartitions(assignment) : [],
  }
}

/** The members' own format (`ConsumerProtocolAssignment` v0 and later begin alike); what another client wrote there may be anything. */
function assignedPartitions(bytes: Buffer): TopicPartition[] {
  if (bytes.length < 6) return []
  try {
    const reader = new WireReader(bytes, false)
    reader.int16()
    return reader
      .array(() => {
        const topic = reader.string()
        return reader.array(() => ({ topic, partition: reader.int32() }))
      })
      .flat()
  } catch {
    return []
  }
}
