/** One refresh: what is asked of whom, and how the answers become a snapshot. */

import { Cluster, tableError } from '../clients/kafka-protocol/cluster.ts'
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import { partitionName, type TopicPartition } from '../semantics/ranges.ts'
import type { CountingTransport } from './countingTransport.ts'
import { GroupHistory, type SavedHistory } from './groupHistory.ts'
import { GroupLists } from './groupLists.ts'
import { groupSnapshot } from './groupSnapshot.ts'
import { kafkaVersionOf } from './kafkaVersion.ts'
import { LogCounter } from './logCounter.ts'
import { type ReadEnds, readLogEnds } from './logEnds.ts'
import { type Layout, MetadataCache } from './metadataCache.ts'
import { distinct } from './problems.ts'
import { readConfigs } from './readConfigs.ts'
import { type CommittedPosition, readCommitted, readMembers } from './readGroups.ts'
import type {
  ClusterSnapshot,
  GroupMember,
  GroupSnapshot,
  GroupSummary,
  PartitionSnapshot,
  Problem,
  Selection,
  TopicSnapshot,
} from './snapshot.ts'

/** One row of the table to be: a group, or a pipeline whose positions lie elsewhere. */
interface Watched {
  readonly group: GroupSummary
  readonly committed: readonly CommittedPosition[]
  readonly members: readonly GroupMember[] | undefined
  readonly partitions: readonly TopicPartition[]
  readonly isCounted: boolean
}

/** Takes an answer's problems into the snapshot and hands the answer on. */
type Keep = <Answer extends { readonly problems: readonly Problem[] }>(answer: Answer) => Answer

export class ClusterMonitor {
  readonly #transport: CountingTransport
  readonly #cluster: Cluster
  readonly #clock: Clock
  readonly #metadata: MetadataCache
  readonly #groups: GroupLists
  readonly #history: GroupHistory
  readonly #counter: LogCounter
  #refreshing: Promise<unknown> = Promise.resolve()
  #clusterId: string | undefined
  #saved: unknown

  constructor(transport: CountingTransport, cluster: Cluster, clock: Clock, saved: unknown) {
    this.#transport = transport
    this.#cluster = cluster
    this.#clock = clock
    this.#metadata = new MetadataCache(cluster, clock)
    this.#groups = new GroupLists(cluster)
    this.#history = new GroupHistory()
    this.#counter = new LogCounter(cluster)
    this.#saved = saved
  }

  static async connect(
    transport: CountingTransport,
    surroundings: { clock: Clock; random: Random },
    saved?: unknown,
  ): Promise<ClusterMonitor> {
    try {
      return new ClusterMonitor(transport, await Cluster.connect(transport, surroundings), surroundings.clock, saved)
    } catch (error) {
      throw tableError('connecting', error, transport)
    }
  }

  /** Refreshes run one after another: a second asked for meanwhile waits, so that answers of two do not mix. */
  refresh(selection: Selection = {}): Promise<ClusterSnapshot> {
    const mine = this.#refreshing.then(() => this.#refresh(selection))
    this.#refreshing = mine.catch(() => {})
    return mine
  }

  history(): SavedHistory {
    return this.#history.save(this.#clusterId)
  }

  async close(): Promise<void> {
    this.#cluster.close()
  }

  async #refresh(selection: Selection): Promise<ClusterSnapshot> {
    const startedMs = this.#clock.monotonicMs()
    const requestsBefore = this.#transport.requestCount
    const layout = await this.#layout()
    // Only now is it known which cluster this is.
    if (this.#saved !== undefined) this.#history.load(this.#saved, layout.clusterId)
    this.#saved = undefined
    const problems: Problem[] = []
    const keep: Keep = answer => {
      problems.push(...answer.problems)
      return answer
    }

    const { items: groups, silent } = keep(await this.#groups.read(layout.brokers))
    // Positions before ends: a commit never lies past an end that is read after it, so lag is never negative.
    const watched = [...(await this.#watch(layout, groups, selection, keep)), ...storedOf(layout, selection)]
    const partitions = watched.flatMap(row => row.partitions)
    const topics = (selection.topics ?? []).filter(topic => layout.byTopic.has(topic))
    const [ends, configs] = await Promise.all([
      this.#ends(layout, partitions, topics, silent).then(keep),
      readConfigs(this.#cluster, topics).then(keep),
    ])
    if (ends.isLayoutStale) this.#metadata.doubt()

    const atMs = this.#clock.nowMs()
    const snapshots: GroupSnapshot[] = []
    for (const row of watched) {
      const input = { ...row, ends: ends.byPartition, atMs }
      const counts = row.isCounted ? keep(await this.#counter.count(layout, input)).byPartition : new Map()
      snapshots.push(groupSnapshot({ ...input, counts }, this.#history))
    }
    this.#history.forgetBefore(atMs)
    this.#clusterId = layout.clusterId
    return {
      clusterId: layout.clusterId,
      kafkaVersion: kafkaVersionOf(this.#cluster.versions),
      brokers: layout.brokers,
      topics: layout.topics,
      groups,
      selectedGroups: snapshots.filter(({ type }) => type !== 'stored'),
      storedGroups: snapshots.filter(({ type }) => type === 'stored'),
      selectedTopics: topics.flatMap(topic => topicSnapshot(layout, ends, configs.byTopic.get(topic), topic)),
      problems: distinct(problems),
      requestCount: this.#transport.requestCount - requestsBefore,
      tookMs: this.#clock.monotonicMs() - startedMs,
      readAtMs: atMs,
    }
  }

  /** Positions of the selected groups, and members of those in detail. */
  async #watch(layout: Layout, groups: readonly GroupSummary[], selection: Selection, keep: Keep): Promise<Watched[]> {
    const selected = selectedGroups(groups, selection).filter(({ isSilent }) => !isSilent)
    const details = new Set(selection.details)
    const [committed, members] = await Promise.all([
      readCommitted(this.#cluster, selected).then(keep),
      readMembers(
        this.#cluster,
        selected.filter(({ groupId }) => details.has(groupId)),
      ).then(keep),
    ])
    return selected.map(group => {
      const positions = committed.byGroup.get(group.groupId) ?? []
      const ownMembers = members.byGroup.get(group.groupId)?.members
      const partitions = partitionsOfGroup(layout, positions, ownMembers ?? [])
      return { group, committed: positions, members: ownMembers, partitions, isCounted: details.has(group.groupId) }
    })
  }

  async #layout(): Promise<Layout> {
    try {
      return await this.#metadata.layout()
    } catch (error) {
      throw tableError('Metadata', error, this.#transport)
    }
  }

  #ends(
    layout: Layout,
    ofGroups: readonly TopicPartition[],
    topics: readonly string[],
    silent: ReadonlySet<number>,
  ): Promise<ReadEnds> {
    const ofTopics = topics.flatMap(topic =>
      (layout.byTopic.get(topic)?.partitions ?? []).map(({ partition }) => ({ topic, partition })),
    )
    const unique = new Map([...ofGroups, ...ofTopics].map(item => [partitionName(item), item]))
    return readLogEnds(this.#cluster, layout, [...unique.values()], silent)
  }
}

function selectedGroups(
  groups: readonly GroupSummary[],
  { groups: wanted = [], details = [] }: Selection,
): GroupSummary[] {
  if (wanted === 'all') return [...groups]
  const byId = new Map(groups.map(group => [group.groupId, group]))
  return [...new Set([...wanted, ...details])].flatMap(groupId => byId.get(groupId) ?? [])
}

function storedOf(layout: Layout, { stored = [] }: Selection): Watched[] {
  return stored.map(({ groupId, store, positions }) => {
    const committed = positions.map(({ topicId, ...position }): CommittedPosition => {
      const present = layout.byTopic.get(position.topic)?.topicId
      const isForeign = topicId !== undefined && present !== undefined && topicId !== present
      return { ...position, metadata: position.metadata ?? '', ...(isForeign ? { isForeign } : {}) }
    })
    const group: GroupSummary = { groupId, type: 'stored', state: store, coordinator: -1 }
    return {
      group,
      committed,
      members: undefined,
      partitions: partitionsOfGroup(layout, committed, []),
      isCounted: true,
    }
  })
}

/** Every partition of each topic that the group has to do with, so that one never committed is seen beside its sisters. */
function partitionsOfGroup(
  layout: Layout,
  committed: readonly CommittedPosition[],
  members: readonly { readonly assignment: readonly TopicPartition[] }[],
): TopicPartition[] {
  const topics = new Set([...committed, ...members.flatMap(({ assignment }) => assignment)].map(({ topic }) => topic))
  return [...topics].sort().flatMap(topic => {
    const known = layout.byTopic.get(topic)?.partitions.map(({ partition }) => partition) ?? []
    const stored = committed.filter(position => position.topic === topic).map(({ partition }) => partition)
    return [...new Set([...known, ...stored])].sort((a, b) => a - b).map(partition => ({ topic, partition }))
  })
}

function topicSnapshot(
  layout: Layout,
  ends: ReadEnds,
  configs: TopicSnapshot['configs'],
  topic: string,
): TopicSnapshot[] {
  const summary = layout.topics.find(known => known.topic === topic)
  const partitions = layout.byTopic.get(topic)?.partitions
  if (!summary || !partitions) return []
  const rows = partitions.map(({ partition, leader, replicas, isr }): PartitionSnapshot => {
    const place = { topic, partition }
    return {
      ...place,
      leader: leader < 0 ? undefined : leader,
      replicas,
      isr,
      ends: ends.byPartition.get(partitionName(place)),
    }
  })
  return [{ ...summary, partitions: rows.sort((a, b) => a.partition - b.partition), configs }]
}
