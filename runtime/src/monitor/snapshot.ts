/** What the monitor has seen in one refresh. Offsets are `bigint`; everything is plain data, never changed afterwards. */
import type { GroupMember } from '../clients/kafka-protocol/requests/describeGroups.ts'
import type { LagByCause } from '../semantics/lag.ts'
import type { TopicPartition } from '../semantics/ranges.ts'
import type { Told } from './sentences.ts'

/** What a refresh loads beyond the lists of topics and groups: only what somebody looks at. */
export interface Selection {
  /** Groups whose offsets, lag and status are wanted; `'all'` for a table of all groups. */
  readonly groups?: readonly string[] | 'all'
  /** Groups among them whose members, and lag split by cause, are wanted too. The split reads from the log, within bounds. */
  readonly details?: readonly string[]
  /** Topics whose partitions' offsets and configuration are wanted. */
  readonly topics?: readonly string[]
  /** Pipelines that keep their positions elsewhere, as read from there: their lag is told like a group's, split by cause. */
  readonly stored?: readonly StoredPositions[]
}

/** What a pipeline's own store holds: a checkpoint directory, a database. */
export interface StoredPositions {
  /** The pipeline's group id. */
  readonly groupId: string
  /** As a person knows it: `SQLite totals.db`. */
  readonly store: string
  readonly positions: readonly (TopicPartition & {
    readonly offset: bigint
    readonly metadata?: string | undefined
    /** Of which topic it is; another one by that name makes it a lost position. */
    readonly topicId?: string | undefined
  })[]
}

export interface ClusterSnapshot {
  readonly clusterId: string | undefined
  /** `4.1 or newer`: as far as the spoken protocol versions tell. */
  readonly kafkaVersion: string | undefined
  readonly brokers: readonly BrokerSummary[]
  readonly topics: readonly TopicSummary[]
  readonly groups: readonly GroupSummary[]
  /** The selected groups that exist, in the selection's order. */
  readonly selectedGroups: readonly GroupSnapshot[]
  /** The pipelines of `Selection.stored`, in its order: `type` is `stored`, `state` names the store. */
  readonly storedGroups: readonly GroupSnapshot[]
  /** The selected topics that exist, in the selection's order. */
  readonly selectedTopics: readonly TopicSnapshot[]
  /** What could not be read, and from whom; the rest of the snapshot stands. */
  readonly problems: readonly Problem[]
  /** Requests that this refresh sent. */
  readonly requestCount: number
  readonly tookMs: number
  readonly readAtMs: number
}

/** To be told in any language: `inEnglish(place)`. */
export interface Problem {
  /** `broker 3 (localhost:9094)`, `group payments`, `orders/0`. */
  readonly place: Told
  readonly reason: Told
  /** The broker that did not answer at all. */
  readonly silentBroker?: number
}

export interface BrokerSummary {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  /** Of clusters with ZooKeeper. With KRaft the controllers are no brokers, or say nothing of it to clients. */
  readonly isController: boolean
  /** Partitions that it leads. */
  readonly leaderCount: number
}

export interface TopicSummary {
  readonly topic: string
  /** Base64url; a topic that was deleted and created again has another. */
  readonly topicId: string | undefined
  readonly isInternal: boolean
  readonly partitionCount: number
  readonly replicationFactor: number
  /** Partitions with fewer in-sync replicas than replicas. */
  readonly underReplicatedCount: number
  /** Partitions without a leader. */
  readonly offlineCount: number
}

export interface TopicSnapshot extends TopicSummary {
  readonly partitions: readonly PartitionSnapshot[]
  /** Sorted by name. `undefined`: the brokers did not tell. */
  readonly configs: readonly TopicConfig[] | undefined
}

export interface TopicConfig {
  readonly name: string
  /** `undefined`: secret. */
  readonly value: string | undefined
  /** `topic`: set on the topic itself; `broker`: by a broker's configuration; `default`: Kafka's own. */
  readonly source: 'topic' | 'broker' | 'default'
}

export interface PartitionSnapshot extends TopicPartition {
  /** `undefined`: none at the moment. */
  readonly leader: number | undefined
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  /** `undefined`: the leader did not answer. */
  readonly ends: LogEnds | undefined
}

export interface LogEnds {
  readonly logStartOffset: bigint
  readonly lastStableOffset: bigint
  readonly highWatermark: bigint
}

/** `simple`: committed offsets without a protocol (admin tools, mirrors); `stored`: no group, positions kept outside Kafka. */
export type GroupType = 'classic' | 'consumer' | 'share' | 'streams' | 'simple' | 'stored' | 'unknown'

export interface GroupSummary {
  readonly groupId: string
  readonly type: GroupType
  /** Kafka's own word: `Stable`, `Empty`, `PreparingRebalance`, `Assigning`, ... */
  readonly state: string
  readonly coordinator: number
  /** The coordinator does not answer: the group is as it was last seen there, and nothing more is read of it. */
  readonly isSilent?: boolean
}

export interface GroupSnapshot extends GroupSummary {
  /** `undefined`: not asked for. */
  readonly members: readonly GroupMember[] | undefined
  readonly partitions: readonly GroupPartition[]
  readonly status: GroupStatus
  /** Readable records behind, over all partitions. `undefined` while uncounted, and when nothing was ever committed. */
  readonly readable: bigint | undefined
  /** Offsets behind, over all partitions: an upper bound of `readable`. `undefined` when nothing was ever committed. */
  readonly offsetsBehind: bigint | undefined
  /** Some partition's log is not known: what lies behind there is missing from both sums, and the chart takes none of them. */
  readonly isPartial: boolean
  /** How old the oldest unread record is, over all partitions, in seconds. `undefined` while the window does not tell. */
  readonly secondsBehind: number | undefined
  /** Lag at earlier refreshes, oldest first, bounded. */
  readonly history: readonly LagSample[]
  /** What happened meanwhile, oldest first, bounded. */
  readonly events: readonly GroupEvent[]
}

export interface GroupEvent {
  /** When it was first seen. */
  readonly atMs: number
  /** `rewound`: a position went back. */
  readonly kind: 'joined' | 'left' | 'rewound'
  /** Client ids, or partitions; the first of them and how many there were. */
  readonly names: readonly string[]
  readonly count: number
}

export interface GroupPartition extends TopicPartition {
  readonly ends: LogEnds | undefined
  /** As stored; negative where a client stored a lost position. `undefined`: never committed. */
  readonly committedOffset: bigint | undefined
  readonly metadata: string | undefined
  /** `undefined` when the log's ends are not known. */
  readonly lag: LagByCause | undefined
  readonly status: PartitionStatus
  /** Offsets committed a second over the window; `undefined` before there are two samples. */
  readonly consumedPerSecond: number | undefined
  readonly producedPerSecond: number | undefined
  /** At the present rates; `undefined` when not known, `Infinity` when the backlog does not shrink. */
  readonly secondsLeft: number | undefined
  /** How long ago the log's end passed the position; 0 when nothing waits, `undefined` while the window does not tell. */
  readonly secondsBehind: number | undefined
  /** Client id of the member that owns it; `undefined` when nobody does, or members were not asked for. */
  readonly owner: string | undefined
}

export type { GroupStatus, PartitionStatus } from '../semantics/groupStatus.ts'

import type { GroupStatus, PartitionStatus } from '../semantics/groupStatus.ts'

export type { GroupMember }

export interface LagSample {
  readonly atMs: number
  readonly readable: bigint | undefined
  readonly offsetsBehind: bigint
}
