/** Messages between the extension host and a panel. A leaf. One snapshot draws a whole view; offsets are decimal strings. */
import type { FaultKind, OutputsResult, RecordsResult, ReplayMode, WirePlace } from '@tidemark/runtime/protocol'
import type { BatchSnapshot, RunToKind, StepCommand } from './batchProtocol.ts'

export type * from './batchProtocol.ts'

/** A count of offsets or records. A string, since offsets pass 2^53. */
export type Count = string

export interface OverviewSnapshot {
  readonly view: 'overview'
  readonly cluster: string
  readonly status: {
    readonly kind: 'connecting' | 'connected' | 'failed' | 'empty'
    readonly message: string
    readonly action?: string
  }
  readonly brokerCount: number
  readonly kafkaVersion: string | undefined
  readonly readAtMs: number
  readonly requestCount: number
  readonly isPaused: boolean
  readonly isReadOnly: boolean
  /** Buttons of the header, in order. Only what the host can do now is offered: a panel has no dead buttons. */
  readonly actions?: readonly ViewAction[]
  readonly groups: readonly GroupRow[]
  readonly topics: readonly TopicRow[]
  readonly brokers?: readonly BrokerRow[]
  /** What could not be read while the rest could, worst first. Bounded. */
  readonly problems?: readonly { readonly place: string; readonly message: string }[]
  /** How many there are, those that were left out included. */
  readonly problemCount?: number
  /** At most one of the two is chosen. */
  readonly selected: GroupDetail | undefined
  readonly selectedTopic?: TopicDetail
}

export interface BrokerRow {
  readonly nodeId: number
  readonly address: string
  readonly isController: boolean
  readonly leaderCount: number
  /** It did not answer this time. */
  readonly isSilent: boolean
}

export interface GroupRow {
  /** Tells apart what has the same group id: a pipeline's own positions and those it mirrors to Kafka. Absent: the group id. */
  readonly key?: string
  readonly groupId: string
  readonly type: string
  /** In the reader's words. */
  readonly state: string
  /** It has members. Absent: nobody knows, as of a pipeline that keeps its own offsets. */
  readonly isActive?: boolean
  readonly status: 'ok' | 'warning' | 'bad' | 'unknown'
  /** Readable records behind; `undefined` when never committed or not read yet. */
  readonly lag: Count | undefined
  /** Markers and gaps among `lag` are not counted yet: it is an upper bound. */
  readonly isUpperBound?: boolean
  /** Some partition's leader did not answer: what lies behind there is missing from `lag`. */
  readonly isPartial?: boolean
  readonly isNeverCommitted?: boolean
  /** Where the lag went over the sliding window. Absent: not watched long enough. */
  readonly trend?: 'rising' | 'falling' | 'steady'
  /** Records that retention took before the group read them. Absent or `'0'`: none. */
  readonly lost?: Count
  /** What a person should know beside the number: where its offsets live, since when it grows. */
  readonly note: string
}

export interface TopicRow {
  readonly topic: string
  readonly partitionCount: number
  readonly replicationFactor: number
  readonly isInternal: boolean
  /** Partitions without a leader, or with replicas that are out of sync. Absent or 0: none. */
  readonly troubledCount?: number
}

export interface TopicDetail {
  readonly topic: string
  readonly chips: readonly Chip[]
  readonly partitions: readonly TopicPartitionRow[]
  /** `undefined`: the brokers did not tell. */
  readonly settings: readonly TopicSetting[] | undefined
  /** Groups and pipelines with a position in it. */
  readonly readers: readonly TopicReader[]
}

export interface TopicReader {
  readonly key: string
  readonly name: string
  readonly lag: Count | undefined
  /** Some partition's leader did not answer: what lies behind there is missing from `lag`. */
  readonly isPartial?: boolean
}

export interface TopicPartitionRow {
  readonly partition: number
  /** The three are `undefined` when the leader did not answer. */
  readonly logStartOffset: Count | undefined
  readonly lastStableOffset: Count | undefined
  readonly logEndOffset: Count | undefined
  readonly leader: number | undefined
  readonly replicas: readonly number[]
  /** Replicas in sync. */
  readonly isr: readonly number[]
}

export interface TopicSetting {
  readonly name: string
  /** `undefined`: secret. */
  readonly value: string | undefined
  readonly source: 'topic' | 'broker' | 'default'
}

export interface Chip {
  readonly text: string
  readonly tone: 'plain' | 'ok' | 'warning' | 'bad' | 'dim'
}

export interface GroupDetail {
  /** As in its row. */
  readonly key?: string
  readonly groupId: string
  readonly chips: readonly Chip[]
  /** Said above the table: what stands in the way of reading it. */
  readonly message?: string
  /** Absent: it has none to know of, as a pipeline that keeps its own offsets. */
  readonly members?: readonly MemberRow[]
  /** Oldest first. */
  readonly history: readonly LagPoint[]
  /** Rows of one topic stand together; they share the gauge's scale. */
  readonly partitions: readonly PartitionRow[]
  /** Buttons beside the group's name, in order; the first is the primary one. */
  readonly actions?: readonly ViewAction[]
}

export interface MemberRow {
  readonly memberId: string
  readonly clientId: string
  readonly host: string
  /** The name of a static member. */
  readonly instanceId: string | undefined
  /** `orders: 0, 1, 2`, one a topic. */
  readonly assignment: readonly { readonly topic: string; readonly partitions: readonly number[] }[]
}

export interface LagPoint {
  readonly atMs: number
  readonly readable: number
  readonly unreadable: number
  readonly event?: string
}

export interface PartitionRow {
  readonly topic: string
  readonly partition: number
  readonly logStartOffset: Count
  readonly logEndOffset: Count
  readonly lastStableOffset: Count
  readonly committedOffset: Count | undefined
  readonly lag: LagByCause
  /** Said in place of the view's own words about the causes of the lag. Empty: the view words them itself. */
  readonly why: string
  readonly tone: 'ok' | 'warning' | 'bad' | 'dim'
  /** One word. Empty: the view's own word for `lag.state`. */
  readonly status: string
  readonly recordsPerSecond: number | undefined
  /** `never`: the backlog does not shrink. */
  readonly secondsLeft: number | 'never' | undefined
  /** Age of the oldest unread record. */
  readonly secondsBehind?: number
  readonly owner: string | undefined
}

export interface LagByCause {
  /** `undefined`: not known yet (counting needs a read of the log). */
  readonly readable: Count | undefined
  readonly markersAndAborted: Count | undefined
  readonly gaps: Count | undefined
  readonly takenByRetention: Count
  /** Written by transactions that are still open, or after such: nobody can read them yet. Absent or `'0'`: none. */
  readonly inOpenTransactions?: Count
  /** `unknown`: the leader did not answer, so nothing is known of the log. */
  readonly state: 'caughtUp' | 'behind' | 'neverCommitted' | 'positionLost' | 'unknown'
}

/** The form that adds or edits a cluster. */
export interface ConnectionSnapshot {
  readonly view: 'connection'
  /** The cluster that is edited. `undefined`: a new one. */
  readonly editing: string | undefined
  readonly form: ConnectionForm
  /** Counts up when the host itself has changed the form (an import, a chosen file): only then do the fields take it over. */
  readonly revision: number
  /** What is wrong, by field; the person's words stay in the fields. */
  readonly problems: Partial<Readonly<Record<ConnectionField, string>>>
  /** Secrets that the secret store holds. Their text never comes here. */
  readonly storedSecrets: readonly ConnectionSecret[]
  /** What an import could not take over. */
  readonly notes: readonly string[]
  readonly test: ConnectionTest
  /** An untrusted workspace connects to nothing. */
  readonly isTrusted: boolean
}

export type ConnectionSecret = 'password' | 'token' | 'clientSecret' | 'passphrase' | 'keyText'

/** Texts as typed. A secret that is empty here keeps what is stored. */
export interface ConnectionForm {
  readonly name: string
  /** `host:port`, separated by commas or spaces. */
  readonly brokers: string
  readonly protocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'
  /** Paths of PEM files, or PEM texts; empty: none. */
  readonly ca: string
  readonly cert: string
  readonly key: string
  /** The client's key itself, where it lies in no file. */
  readonly keyText: string
  readonly passphrase: string
  readonly isServerVerified: boolean
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512' | 'oauthbearer'
  readonly username: string
  readonly password: string
  /** OAUTHBEARER: given by hand, */
  readonly token: string
  /** or fetched: empty where it is not. */
  readonly tokenEndpoint: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scope: string
  readonly isReadOnly: boolean
}

export type ConnectionField = keyof ConnectionForm

export interface ConnectionTest {
  readonly kind: 'none' | 'running' | 'done'
  /** There when it is done: whether the cluster can be worked with, be it by one of several brokers. */
  readonly isUsable?: boolean
  /** What was found, in one sentence. */
  readonly summary?: string
  readonly steps: readonly ConnectionStepRow[]
}

export interface ConnectionStepRow {
  /** `host:port`, or the cluster. */
  readonly place: string
  readonly step: 'address' | 'dns' | 'tcp' | 'tls' | 'versions' | 'sasl' | 'login' | 'authorisation' | 'advertised'
  readonly isFine: boolean
  readonly detail: string
  readonly tryThis?: string | undefined
}

export type ConnectionCommand = 'test' | 'save' | 'cancel' | 'importProperties' | 'importCompose'

export type Snapshot = OverviewSnapshot | BatchSnapshot | ConnectionSnapshot

export type HostMessage =
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'records'; readonly requestId: number; readonly result: RecordsResult }
  /** Answers a request that could not be served; the rows say why and are asked for again when looked at again. */
  | { readonly type: 'recordsFailed'; readonly requestId: number; readonly message: string }
  | { readonly type: 'outputs'; readonly requestId: number; readonly result: OutputsResult }
  | { readonly type: 'outputsFailed'; readonly requestId: number; readonly message: string }

export type ViewMessage =
  | { readonly type: 'ready' }
  /** The key of a group's row. */
  | { readonly type: 'selectGroup'; readonly groupId: string }
  | { readonly type: 'selectTopic'; readonly topic: string }
  | { readonly type: 'togglePause' }
  | { readonly type: 'action'; readonly action: ViewAction; readonly groupId?: string }
  | { readonly type: 'connection'; readonly command: ConnectionCommand; readonly form: ConnectionForm }
  /** Choose a file for a field. */
  | { readonly type: 'browse'; readonly field: 'ca' | 'cert' | 'key'; readonly form: ConnectionForm }
  | { readonly type: 'forgetSecret'; readonly secret: ConnectionSecret; readonly form: ConnectionForm }
  | { readonly type: 'control'; readonly command: StepCommand }
  /** The host asks for what is run to. */
  | { readonly type: 'runTo'; readonly kind: RunToKind }
  /** null takes back what was armed. */
  | { readonly type: 'fault'; readonly fault: FaultKind | null }
  /** Without a mode: the one that does least harm. */
  | { readonly type: 'replay'; readonly key: string; readonly mode?: ReplayMode }
  /** The reader has seen it. */
  | { readonly type: 'dismiss'; readonly what: 'fault' | 'replay' }
  | {
      readonly type: 'outputs'
      readonly requestId: number
      readonly batchId: string
      /** Only those of this record. */
      readonly record?: WirePlace
      readonly from: number
      readonly count: number
    }
  | {
      readonly type: 'records'
      readonly requestId: number
      readonly batchId: string
      readonly from: number
      readonly count: number
    }

export type ViewAction =
  | 'startLocalKafka'
  | 'openSettings'
  | 'retry'
  | 'startPipeline'
  | 'openCode'
  | 'reset'
  | 'prove'
  | 'debug'
