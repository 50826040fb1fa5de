import type { MemberIdentity } from '../../client.ts'
import type { Request } from '../transport.ts'

export interface JoinRequest {
  readonly groupId: string
  readonly memberId: string
  readonly groupInstanceId: string | undefined
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  /** Assignment strategies this member knows, best first, each with its subscription. */
  readonly protocols: readonly { readonly name: string; readonly metadata: Buffer }[]
}

export interface JoinAnswer {
  readonly errorCode: number
  readonly generation: number
  readonly protocol: string
  readonly leader: string
  readonly memberId: string
  /** Only the leader is told. */
  readonly members: readonly JoinedMember[]
}

export interface JoinedMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly metadata: Buffer
}

/** `JoinGroup` v5 (Kafka 2.3): answered when all members of the group have joined, or `rebalanceTimeoutMs` has passed. */
export function joinGroup(join: JoinRequest): Request<JoinAnswer> {
  return {
    name: 'JoinGroup',
    apiKey: 11,
    version: 5,
    isFlexible: false,
    lane: 'group',
    waitMs: join.rebalanceTimeoutMs,
    encode(writer) {
      writer.string(join.groupId).int32(join.sessionTimeoutMs).int32(join.rebalanceTimeoutMs)
      writer
        .string(join.memberId)
        .string(join.groupInstanceId ?? null)
        .string('consumer')
      writer.array(join.protocols, ({ name, metadata }) => {
        writer.string(name).bytes(metadata)
      })
    },
    decode(reader) {
      reader.int32()
      const head = {
        errorCode: reader.int16(),
        generation: reader.int32(),
        protocol: reader.string(),
        leader: reader.string(),
        memberId: reader.string(),
      }
      const members = reader.array(() => ({
        memberId: reader.string(),
        groupInstanceId: reader.nullableString(),
        metadata: reader.bytes() ?? Buffer.alloc(0),
      }))
      return { ...head, members }
    },
  }
}

/** `SyncGroup` v3 (Kafka 2.3): the leader brings the assignments, everybody takes its own away. */
export function syncGroup(
  identity: MemberIdentity,
  assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[],
  waitMs: number,
): Request<{ readonly errorCode: number; readonly assignment: Buffer }> {
  return {
    name: 'SyncGroup',
    apiKey: 14,
    version: 3,
    isFlexible: false,
    lane: 'group',
    waitMs,
    encode(writer) {
      writer.string(identity.groupId).int32(identity.generation).string(identity.memberId)
      writer.string(identity.groupInstanceId ?? null)
      writer.array(assignments, ({ memberId, assignment }) => {
        writer.string(memberId).bytes(assignment)
      })
    },
    decode(reader) {
      reader.int32()
      return { errorCode: reader.int16(), assignment: reader.bytes() ?? Buffer.alloc(0) }
    },
  }
}

/** `Heartbeat` v3 (Kafka 2.3). Answers the error code: 0, or 27 when the group rebalances. */
export function heartbeat(identity: MemberIdentity): Request<number> {
  return {
    name: 'Heartbeat',
    apiKey: 12,
    version: 3,
    isFlexible: false,
    lane: 'prompt',
    encode(writer) {
      writer.string(identity.groupId).int32(identity.generation).string(identity.memberId)
      writer.string(identity.groupInstanceId ?? null)
    },
    decode(reader) {
      reader.int32()
      return reader.int16()
    },
  }
}

/** `LeaveGroup` v3 (Kafka 2.4). Answers the error code. */
export function leaveGroup(identity: MemberIdentity): Request<number> {
  return {
    name: 'LeaveGroup',
    apiKey: 13,
    version: 3,
    isFlexible: false,
    lane: 'prompt',
    encode(writer) {
      writer.string(identity.groupId).array([identity], member => {
        writer.string(member.memberId).string(member.groupInstanceId ?? null)
      })
    },
    decode(reader) {
      reader.int32()
      const errorCode = reader.int16()
      const members = reader.array(() => {
        reader.string()
        reader.nullableString()
        return reader.int16()
      })
      return errorCode || (members[0] ?? 0)
    },
  }
}
