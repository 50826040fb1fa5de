/** Messages between the extension host and a panel. A leaf. One snapshot draws a whole view; offsets are decimal strings. */
import type { BatchState, RecordsResult, WireRange } from '@tidemark/runtime/protocol'

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
  readonly selected: GroupDetail | undefined
}

export interface GroupRow {
  readonly groupId: string
  readonly type: string
  readonly state: string
  readonly status: 'ok' | 'warning' | 'bad' | 'unknown'
  /** Readable records behind; `undefined` when never committed or not read yet. */
  readonly lag: Count | undefined
  /** Markers and gaps among `lag` are not counted yet: it is an upper bound. */
  readonly isUpperBound?: boolean
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
}

export interface GroupDetail {
  readonly groupId: string
  readonly chips: readonly { readonly text: string; readonly tone: 'plain' | 'ok' | 'warning' | 'bad' | 'dim' }[]
  /** Oldest first. */
  readonly history: readonly LagPoint[]
  /** Rows of one topic stand together; they share the gauge's scale. */
  readonly partitions: readonly PartitionRow[]
  /** Buttons beside the group's name, in order; the first is the primary one. */
  readonly actions?: readonly ViewAction[]
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
  readonly secondsLeft: number | undefined
  readonly owner: string | undefined
}

export interface LagByCause {
  /** `undefined`: not known yet (counting needs a read of the log). */
  readonly readable: Count | undefined
  readonly markersAndAborted: Count | undefined
  readonly gaps: Count | undefined
  readonly takenByRetention: Count
  readonly state: 'caughtUp' | 'behind' | 'neverCommitted' | 'positionLost'
}

export interface BatchSnapshot {
  readonly view: 'batch'
  readonly pipeline: string
  readonly groupId: string
  readonly isScratchGroup: boolean
  readonly guarantee: string
  readonly store: string
  readonly status: { readonly kind: 'waiting' | 'running' | 'stopped' | 'ended' | 'failed'; readonly message: string }
  readonly batch: BatchState | undefined
  readonly history: readonly BatchHistoryRow[]
  /** Phase timings of the current batch, ms from the batch's start, in `batchPhases` order; `undefined` not reached. */
  readonly phaseStartedMs: readonly (number | undefined)[]
  readonly ended?: {
    readonly committed: readonly WireRange[]
    readonly willBeRedone: readonly WireRange[]
    readonly unknown: readonly WireRange[]
  }
}

export interface BatchHistoryRow {
  readonly batchId: string
  readonly sequence: number
  readonly recordCount: number
  readonly tookMs: number
  readonly outcome: 'committed' | 'failed' | 'fenced' | 'rolledBack' | 'running'
}

export type Snapshot = OverviewSnapshot | BatchSnapshot

export type HostMessage =
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'records'; readonly requestId: number; readonly result: RecordsResult }
  /** Answers a request that could not be served; the rows say why and are asked for again when looked at again. */
  | { readonly type: 'recordsFailed'; readonly requestId: number; readonly message: string }

export type ViewMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'selectGroup'; readonly groupId: string }
  | { readonly type: 'togglePause' }
  | { readonly type: 'action'; readonly action: ViewAction; readonly groupId?: string }
  | { readonly type: 'control'; readonly command: 'stepBatch' | 'stepPhase' | 'continue' | 'pause' | 'stop' }
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
