/** Where a group stands before its consumer runs; for a scratch group, where the real group stands. */
import type { Admin, Kafka } from 'kafkajs'
import { reasonOf, TidemarkError } from '../../errors.ts'
import { partitionName } from '../../semantics/ranges.ts'
import { expireMember } from './cluster.ts'

export interface GroupSetting {
  readonly kafka: Kafka
  /** The group that the run uses. */
  readonly groupId: string
  readonly realGroupId: string
  /** Whether another instance of this run is a member of the group already. */
  readonly isSecond: boolean
}

/** Committed offsets by partition name; a partition without one is absent. */
export type Positions = Map<string, bigint>

/**
 * Copies the real group's committed offsets to the scratch group, where that has none yet, and answers where the used group stands.
 *
 * The real group is only read. A partition it has never committed is not copied: `fromBeginning` decides there, as it would for the real group.
 *
 * @throws TidemarkError SCRATCH_NOT_COPIED: consuming from anywhere else would show other batches than the real group's next ones.
 */
export async function preparePositions(
  { kafka, groupId, realGroupId, isSecond }: GroupSetting,
  subscribed: readonly (string | RegExp)[],
): Promise<Positions> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const topics = await namesOf(subscribed, () => admin.listTopics())
    if (topics.length === 0) return new Map()
    if (groupId !== realGroupId && !isSecond) await removeGhosts(kafka, admin, groupId)
    const used = await admin.fetchOffsets({ groupId, topics })
    const positions = positionsOf(used)
    if (groupId === realGroupId) return positions
    for (const { topic, partitions } of await admin.fetchOffsets({ groupId: realGroupId, topics })) {
      const missing = partitions
        .filter(({ offset }) => BigInt(offset) >= 0n)
        .filter(({ partition }) => !positions.has(partitionName({ topic, partition })))
        .map(({ partition, offset }) => ({ partition, offset }))
      if (missing.length === 0) continue
      await admin.setOffsets({ groupId, topic, partitions: missing })
      for (const { partition, offset } of missing) positions.set(partitionName({ topic, partition }), BigInt(offset))
    }
    return positions
  } catch (error) {
    if (groupId === realGroupId) throw error
    const details = { groupId: realGroupId, scratch: groupId, reason: reasonOf(error) }
    throw new TidemarkError('SCRATCH_NOT_COPIED', details, { cause: error })
  } finally {
    await admin.disconnect()
  }
}

/**
 * A debugged process that was killed is a member for as long as its session lasts, which is half an hour, and the group waits for it.
 * kafkajs knows no static membership that would let the next one take its place; a scratch group has no other members, so they go.
 */
async function removeGhosts(kafka: Kafka, admin: Admin, groupId: string): Promise<void> {
  const { groups } = await admin.describeGroups([groupId])
  // A member that has gone meanwhile is what was wanted.
  for (const { memberId } of groups[0]?.members ?? []) await expireMember(kafka, { groupId, memberId }).catch(() => {})
}

async function namesOf(subscribed: readonly (string | RegExp)[], all: () => Promise<string[]>): Promise<string[]> {
  const known = subscribed.some(each => each instanceof RegExp) ? await all() : []
  const names = subscribed.flatMap(each => (typeof each === 'string' ? [each] : known.filter(name => each.test(name))))
  return [...new Set(names)]
}

function positionsOf(
  offsets: readonly {
    readonly topic: string
    readonly partitions: readonly { readonly partition: number; readonly offset: string }[]
  }[],
): Positions {
  const positions: Positions = new Map()
  for (const { topic, partitions } of offsets)
    for (const { partition, offset } of partitions)
      if (BigInt(offset) >= 0n) positions.set(partitionName({ topic, partition }), BigInt(offset))
  return positions
}
