/** Where positions live: in the Kafka group itself, or in a store beside the results. */
import type { TopicDescription } from '../clients/client.ts'
import { TidemarkError } from '../errors.ts'
import { partitionName, type TopicPartition } from '../semantics/ranges.ts'
import type { OffsetStore, OpenStore } from '../stores/store.ts'
import type { GuaranteeEnvironment, GuaranteeName, Protocol, WorkUnit } from './guarantee.ts'
import { proofOf } from './guarantee.ts'
import { type GroupOffset, kafkaGroup } from './kafkaGroup.ts'

/** The part of a protocol that is the same whatever the order of handler and commit. */
export interface Positions
  extends Pick<
    Protocol<object>,
    'isMirrored' | 'positions' | 'plans' | 'grown' | 'startsWholeTopics' | 'initialize' | 'replace' | 'close'
  > {
  commit(unit: WorkUnit): Promise<void>
}

export interface GroupPositions extends Positions {
  /** Commits the unit by a road of the caller's own, with what the group keeps beside each position. */
  commitBy(unit: WorkUnit, send: (offsets: readonly GroupOffset[]) => Promise<void>): Promise<void>
}

export async function openPositions(
  store: OffsetStore<unknown> | undefined,
  guarantee: GuaranteeName,
  environment: GuaranteeEnvironment,
): Promise<Positions> {
  if (store) return storePositions(await openStore(store, environment), guarantee, environment)
  return openGroupPositions(guarantee, environment)
}

/** @throws TidemarkError GUARANTEE_UNSUPPORTED the client cannot fence its commits. */
export async function openGroupPositions(
  guarantee: GuaranteeName,
  environment: GuaranteeEnvironment,
): Promise<GroupPositions> {
  if (!environment.capabilities.fencedCommits) {
    throw new TidemarkError('GUARANTEE_UNSUPPORTED', {
      guarantee,
      by: environment.clientName,
      why: 'its commits carry no member and generation, so a member that lost its partitions could still move them',
      wayOut: 'Keep the offsets in a store, for example atLeastOnce({ store: sqlite(path) }).',
    })
  }
  return groupPositions(guarantee, environment)
}

/** Opens a store for the group; in a debug run first copies the real group's rows, which themselves are only read. */
export async function openStore<Tx>(store: OffsetStore<Tx>, environment: GuaranteeEnvironment): Promise<OpenStore<Tx>> {
  const { groupId, copyFromGroupId, proofRecordsMax, clock, isStepped } = environment
  const options = { proofRecordsMax, clock, isStepped }
  const open = await store.open({ groupId, ...options })
  if (copyFromGroupId === undefined) return open
  await open.close()
  const original = await store.open({ groupId: copyFromGroupId, ...options })
  const partitions = partitionsOf(await environment.connection.describeTopics(/.*/))
  const rows = await original.read(partitions)
  await original.close()
  const copy = await store.open({ groupId, ...options })
  for (const each of rows) await copy.initialize(each)
  return copy
}

export function storePositions<Tx>(
  store: OpenStore<Tx>,
  guarantee: GuaranteeName,
  environment: GuaranteeEnvironment,
): Positions {
  return {
    isMirrored: true,
    positions: partitions => store.read(partitions),
    plans: partitions => store.readPlans(partitions),
    startsWholeTopics: true,
    // The first start stored every partition of the topic: where others have a position and this one has none, it is new.
    async grown(partitions, topics) {
      const known = new Set((await store.read(partitionsOf(topics))).map(each => each.topic))
      return new Set(partitions.filter(each => known.has(each.topic)).map(partitionName))
    },
    initialize: offset => store.initialize(offset),
    replace: (from, to) => store.replace(from, to),
    commit: unit => store.commit({ ranges: unit.ranges, proof: proofOf(unit, guarantee, environment) }),
    close: () => store.close(),
  }
}

/** Positions in the Kafka group itself; a debug run starts from those of the real group, which are only read. */
async function groupPositions(guarantee: GuaranteeName, environment: GuaranteeEnvironment): Promise<GroupPositions> {
  const { groupId, copyFromGroupId } = environment
  const group = await kafkaGroup(environment).open()
  const commitOf = (unit: WorkUnit) => ({ ranges: unit.ranges, proof: proofOf(unit, guarantee, environment) })
  return {
    isMirrored: false,
    startsWholeTopics: false,
    async positions(partitions) {
      const own = await group.read(partitions)
      const missing = partitions.filter(each => !own.some(offset => partitionName(offset) === partitionName(each)))
      if (copyFromGroupId === undefined || missing.length === 0) return own
      return [...own, ...(await group.readFrom(copyFromGroupId, missing))]
    },
    plans: async () => [],
    async grown(partitions, topics) {
      await group.readFrom(groupId, partitionsOf(topics))
      group.meet(topics)
      const isNew = ({ topic, partition }: TopicPartition) =>
        partition >= (group.factsOf(topic)?.firstPartitionCount ?? Infinity)
      return new Set(partitions.filter(isNew).map(partitionName))
    },
    initialize: offset => group.initialize(offset),
    async replace(from, to) {
      const isOwn = copyFromGroupId === undefined || (await group.read([from])).length > 0
      await (isOwn ? group.replace(from, to) : group.reset([to]))
    },
    commitBy: (unit, send) => group.commitBy(commitOf(unit), send),
    commit: unit => group.commit(commitOf(unit)),
    close: () => group.close(),
  }
}

function partitionsOf(topics: readonly TopicDescription[]): TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) => partitions.map(({ partition }) => ({ topic, partition })))
}
