/** Where positions live: in the Kafka group itself, or in a store beside the results. */
import type { TopicDescription } from '../clients/client.ts'
import { FencedError, TidemarkError } from '../errors.ts'
import { partitionName, type TopicPartition } from '../semantics/ranges.ts'
import type { OffsetStore, OpenStore, StoredOffset } from '../stores/store.ts'
import { factsIn, metadataOf, proofText, type TopicFacts } from './groupMetadata.ts'
import type { GuaranteeEnvironment, GuaranteeName, Protocol, WorkUnit } from './guarantee.ts'
import { proofOf } from './guarantee.ts'

/** The part of a protocol that is the same whatever the order of handler and commit. */
export interface Positions
  extends Pick<
    Protocol<object>,
    'isMirrored' | 'positions' | 'plans' | 'grown' | 'startsWholeTopics' | 'initialize' | 'replace' | 'close'
  > {
  commit(unit: WorkUnit): Promise<void>
}

export interface GroupPositions extends Positions {
  /** What is to be committed for the unit, with what the group keeps beside each position. */
  offsetsOf(unit: WorkUnit): readonly GroupOffset[]
}

interface GroupOffset extends TopicPartition {
  readonly offset: bigint
  readonly metadata: string
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
export function openGroupPositions(guarantee: GuaranteeName, environment: GuaranteeEnvironment): GroupPositions {
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

/**
 * Positions in the Kafka group: every commit goes under member and generation, so that the broker refuses a zombie's.
 *
 * The commit's metadata keeps what the next start must know of the topic: its id, since a topic deleted and created anew is another one,
 * and how many partitions it had when this pipeline first saw it. (A position for every partition, as in a store, cannot be written
 * here: a commit is not an insert, and would overwrite another member's.)
 */
function groupPositions(guarantee: GuaranteeName, environment: GuaranteeEnvironment): GroupPositions {
  const { connection, groupId, membership, patiently, copyFromGroupId } = environment
  const facts = new Map<string, TopicFacts>()
  const committed = async (partitions: readonly TopicPartition[], group: string): Promise<StoredOffset[]> => {
    const offsets = await connection.committedOffsets(group, partitions)
    return offsets.flatMap(({ topic, partition, offset, metadata }) => {
      const known = factsIn(metadata)
      if (known && !facts.has(topic)) facts.set(topic, known)
      return offset === undefined ? [] : [{ topic, partition, offset, metadata, topicId: known?.topicId }]
    })
  }
  const commit = (offsets: readonly GroupOffset[]): Promise<void> =>
    patiently('the commit', () => membership().commit(offsets))
  const start = ({ topic, partition, offset }: StoredOffset): GroupOffset => {
    return { topic, partition, offset, metadata: metadataOf(facts.get(topic)) }
  }
  const offsetsOf = (unit: WorkUnit): GroupOffset[] => {
    const proof = { ...proofOf(unit, guarantee, environment) }
    return unit.ranges.map(range => {
      const { topic, partition, untilOffset } = range
      return { topic, partition, offset: untilOffset, metadata: metadataOf(facts.get(topic), proofText(proof, range)) }
    })
  }
  return {
    isMirrored: false,
    startsWholeTopics: false,
    async positions(partitions) {
      const own = await committed(partitions, groupId)
      const missing = partitions.filter(each => !own.some(offset => partitionName(offset) === partitionName(each)))
      if (copyFromGroupId === undefined || missing.length === 0) return own
      return [...own, ...(await committed(missing, copyFromGroupId))]
    },
    plans: async () => [],
    async grown(partitions, topics) {
      await committed(partitionsOf(topics), groupId)
      for (const { topic, topicId, partitions } of topics) {
        if (!facts.has(topic)) facts.set(topic, { topicId, firstPartitionCount: partitions.length })
      }
      const isNew = ({ topic, partition }: TopicPartition) =>
        partition >= (facts.get(topic)?.firstPartitionCount ?? Infinity)
      return new Set(partitions.filter(isNew).map(partitionName))
    },
    async initialize(offset) {
      await commit([start(offset)])
      return offset
    },
    async replace(from, to) {
      const [now] = await committed([from], groupId)
      if (now && now.offset !== from.offset) {
        throw new FencedError([from], `the group stands at ${now.offset}, not at ${from.offset}`)
      }
      facts.set(to.topic, { firstPartitionCount: 0, ...facts.get(to.topic), topicId: to.topicId })
      await commit([start(to)])
    },
    offsetsOf,
    commit: unit => commit(offsetsOf(unit)),
    close: async () => {},
  }
}

function partitionsOf(topics: readonly TopicDescription[]): TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) => partitions.map(({ partition }) => ({ topic, partition })))
}
