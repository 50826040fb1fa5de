/** What the batch panel is told and asks for; a part of `protocol.ts`. A leaf. */
import type {
  BatchState,
  CapabilityName,
  FaultKind,
  ReplayMode,
  WirePlace,
  WireRange,
} from '@tidemark/runtime/protocol'

export interface BatchSnapshot {
  readonly view: 'batch'
  readonly pipeline: string
  readonly groupId: string
  readonly isScratchGroup: boolean
  readonly guarantee: string
  readonly store: string
  /** The longest that the group waits at a breakpoint, where the broker allows less than was asked for. */
  readonly standstillMs?: number
  readonly status: { readonly kind: 'waiting' | 'running' | 'stopped' | 'ended' | 'failed'; readonly message: string }
  readonly batch: BatchState | undefined
  /** What would happen if the process died now, in the reader's language. */
  readonly ifItDied?: string
  readonly history: readonly BatchHistoryRow[]
  /** Phase timings of the current batch, ms from the batch's start, in `batchPhases` order; `undefined` not reached. */
  readonly phaseStartedMs: readonly (number | undefined)[]
  /** What this pipeline can be asked for, and why not for the rest. Absent until it has said hello. */
  readonly capabilities?: Readonly<Record<CapabilityName, OfferView>>
  readonly fault?: FaultView
  readonly replay?: ReplayView
  readonly ended?: {
    readonly committed: readonly WireRange[]
    readonly willBeRedone: readonly WireRange[]
    readonly unknown: readonly WireRange[]
  }
}

export interface BatchHistoryRow {
  /** Unlike the batch's id and sequence it is never used twice, even when the process was started again. */
  readonly key: string
  readonly batchId: string
  readonly sequence: number
  readonly recordCount: number
  readonly tookMs: number
  readonly outcome: 'committed' | 'failed' | 'fenced' | 'rolledBack' | 'cut' | 'running'
  /** What was done to it. */
  readonly fault?: FaultKind
}

export interface OfferView {
  readonly isOffered: boolean
  /** Why not, or what to know before. */
  readonly note?: string
}

/** A fault, from the moment it is asked for. */
export interface FaultView {
  readonly kind: FaultKind
  /** `armed`: it waits for a batch to reach its place. `restarting`: it has killed the process. `told`: the account stands. */
  readonly stage: 'armed' | 'met' | 'restarting' | 'told'
  /** The batch it met. Absent where none was in hand. */
  readonly sequence?: number
  /** Why it did not happen, or not as it was meant. */
  readonly problem?: string
  readonly account?: AccountView
}

/** What became of each offset of the batch that a fault met. */
export interface AccountView {
  /** In the order of the batch's ranges; together they cover each offset once. */
  readonly rows: readonly {
    readonly range: WireRange
    readonly fate: 'repeated' | 'lost' | 'held'
    /** The rule of the protocol that explains it. */
    readonly why: string
  }[]
  readonly offsets: { readonly repeated: number; readonly lost: number; readonly held: number }
}

/** An earlier batch run again. */
export interface ReplayView {
  readonly key: string
  readonly sequence: number
  readonly mode: ReplayMode
  readonly stage: 'restarting' | 'running' | 'done' | 'failed'
  /** Why it failed, or what the handler threw. */
  readonly error?: string
  readonly recordCount: number
  readonly durationMs: number
  /** Offsets that retention has taken meanwhile. */
  readonly gone: readonly WireRange[]
  /** Whether the program was started again for it, since its code was saved meanwhile. */
  readonly isNewCode: boolean
  /** What the outputs are compared with; `none`: nothing was kept, and this replay is what the next one is compared with. */
  readonly comparedWith: 'original' | 'replay' | 'none'
  readonly counts: {
    readonly same: number
    readonly changed: number
    readonly onlyBefore: number
    readonly onlyNow: number
  }
  /** Bounded; long runs of equal outputs are one row. */
  readonly rows: readonly DifferenceRow[]
  /** False: there was more than is compared. */
  readonly isComplete: boolean
}

export type DifferenceRow =
  | { readonly kind: 'skipped'; readonly count: number }
  | {
      readonly kind: 'same' | 'changed' | 'onlyBefore' | 'onlyNow'
      readonly record?: WirePlace
      /** Where both went. Absent where they differ: then it stands with the values. */
      readonly target?: string
      readonly before?: string
      readonly now?: string
    }

export type StepCommand = 'stepBatch' | 'stepPhase' | 'stepPartition' | 'intoHandler' | 'continue' | 'pause' | 'stop'
export type RunToKind = 'offset' | 'time' | 'match' | 'throw'
