/**
 * The control link between a running pipeline and the editor that debugs it: methods, events, version. A leaf.
 *
 * The editor listens on a private socket, the pipeline dials (`TIDEMARK_CONTROL` = socket path, `TIDEMARK_CONTROL_TOKEN` = one-time token).
 * JSON-RPC 2.0 by `vscode-jsonrpc`. Offsets are decimal strings: JSON has no 64-bit integer.
 */

import type { Capabilities, CapabilityName } from './capabilities.ts'
import type { IfItDied } from './ifItDied.ts'

export * from './capabilities.ts'
export * from './ifItDied.ts'

/**
 * Both ends must speak the same one; the end that differs is told both numbers and hung up on.
 *
 * 2: capabilities in the hello, step partition, run to, outputs, replay, faults, positions.
 * 3: what would happen by sentence and numbers, for every language.
 */
export const controlProtocolVersion = 3
export const controlSocketVariable = 'TIDEMARK_CONTROL'
export const controlTokenVariable = 'TIDEMARK_CONTROL_TOKEN'
/** Set by the debugger: the scratch group that the run uses instead of the pipeline's own. */
export const controlScratchGroupVariable = 'TIDEMARK_SCRATCH_GROUP'
/** A cluster that no debug run may change. */
export interface ReadOnlyCluster {
  readonly name: string
  readonly brokers: readonly string[]
  readonly clusterId?: string | undefined
}

/**
 * Clusters that no debug run may change: brokers, separated by commas, or JSON, a list of `{name, brokers, clusterId}`. Set by the
 * debugger from its settings; in a terminal by whoever wants it.
 */
export const controlReadOnlyVariable = 'TIDEMARK_READ_ONLY'
/** Set for a second instance that a fault starts: it joins as a member of its own, and ends with the link. */
export const controlSecondInstanceVariable = 'TIDEMARK_SECOND_INSTANCE'

/** Phases of a batch in the order they happen. `fetched` is before any record was handed to the handler. */
export const batchPhases = ['fetched', 'processing', 'saved', 'committed'] as const
export type BatchPhase = (typeof batchPhases)[number]

/** One record of a topic. */
export interface WirePlace {
  readonly topic: string
  readonly partition: number
  readonly offset: string
}

export interface WireRange {
  readonly topic: string
  readonly partition: number
  readonly fromOffset: string
  readonly untilOffset: string
}

// Hello

export interface HelloParams {
  readonly version: number
  readonly token: string
  readonly pid: number
  readonly pipeline: string
  /** The group that this run uses; a scratch group in most debug runs. */
  readonly groupId: string
  readonly guarantee: string
  readonly store: string
  readonly client: string
  readonly capabilities: Capabilities
  /** The brokers of its cluster as they advertise themselves, `host:port`; absent where they could not be asked. */
  readonly brokers?: readonly string[]
  /** The longest that its group waits for a process held at a breakpoint, where the broker's limit is lower than what is asked for. */
  readonly standstillMs?: number
}

export interface HelloResult {
  readonly version: number
  /** The run stops before its first batch. */
  readonly stopAtStart: boolean
}

// Batches

export interface WireRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly timestampMs: number
  /** Text as shown; truncated to `recordTextMax` characters. `null` is Kafka's null. */
  readonly key: string | null
  readonly value: string | null
  readonly isTruncated: boolean
  /** Outputs seen while this record was in hand; absent where none was. */
  readonly outputCount?: number
}

/** Why the pipeline stands where it stands. */
export interface StopCause {
  readonly kind: 'step' | 'pause' | 'runTo' | 'threw'
  /** The record that was run to, or in hand when the handler threw. */
  readonly record?: WirePlace
  /** Its index among the records of the batch, for `tidemark/records`. */
  readonly index?: number
}

export interface BatchState {
  readonly batchId: string
  readonly sequence: number
  readonly attempt: number
  readonly phase: BatchPhase
  readonly ranges: readonly WireRange[]
  readonly recordCount: number
  /** Whether the pipeline stands here and waits for a command. */
  readonly isStopped: boolean
  readonly stopCause?: StopCause
  readonly phaseStartedAtMs: number
  /** `cut`: the batch never ran; its parts follow as batches of their own. */
  readonly outcome?: 'committed' | 'failed' | 'fenced' | 'rolledBack' | 'cut'
  readonly error?: string
  /** Outputs seen so far: rows changed, records produced. */
  readonly outputCount?: number
  /** What would happen if the process died now; absent where no one can tell. */
  readonly ifItDied?: IfItDied
}

/** pipeline -> editor, request. */
export const helloMethod = 'tidemark/hello'
/** pipeline -> editor, notification: a batch entered a phase or stopped there. */
export const batchMethod = 'tidemark/batch'
/** pipeline -> editor, notification: where the run stands; told when partitions are assigned. */
export const positionsMethod = 'tidemark/positions'
/** pipeline -> editor, notification: a fault is about to happen. The last word of a process that is killed. */
export const faultedMethod = 'tidemark/faulted'
/** pipeline -> editor, notification: the run ended truthfully. */
export const endedMethod = 'tidemark/ended'
/** editor -> pipeline, notification. */
export const commandMethod = 'tidemark/command'
/** editor -> pipeline, request: a window of a batch's or a replay's records. */
export const recordsMethod = 'tidemark/records'
/** editor -> pipeline, request: a window of a batch's or a replay's outputs. */
export const outputsMethod = 'tidemark/outputs'
/** editor -> pipeline, request: where the handler begins; null where it cannot be found. */
export const handlerMethod = 'tidemark/handler'
/** editor -> pipeline, request: runs an earlier batch again. */
export const replayMethod = 'tidemark/replay'
/** editor -> pipeline, request: arms a fault, or takes it back. */
export const faultMethod = 'tidemark/fault'

export type ControlCommand =
  | { readonly kind: 'stepBatch' }
  | { readonly kind: 'stepPhase' }
  /** To the end of the next partition's share: a batch that stands before its handler is cut into one a partition. */
  | { readonly kind: 'stepPartition' }
  | { readonly kind: 'continue' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'runTo'; readonly target: RunToTarget }
  /** `isFinal`: the debug run ends with it, so that its scratch group is not needed any more. */
  | { readonly kind: 'stop'; readonly deadlineMs: number; readonly isFinal?: boolean }

export type RunToTarget =
  /** The first record at or past the offset. */
  | ({ readonly kind: 'offset' } & WirePlace)
  /** The first record whose time is at or after it, in any partition. */
  | { readonly kind: 'time'; readonly timestampMs: number }
  /**
   * The first record for which a JavaScript expression is truthy. It sees `topic partition offset timestampMs key value headers`; `value`
   * is parsed where it is JSON. Checked by `tidemark/checkMatch`; one that throws for a record does not match it.
   */
  | { readonly kind: 'match'; readonly expression: string }
  /** The next record whose handling throws: stands behind the throw, with the record that was in hand. */
  | { readonly kind: 'throw' }

/** editor -> pipeline, request: `{ expression }` -> `{ error: string | null }`, without running it. */
export const checkMatchMethod = 'tidemark/checkMatch'
export interface CheckMatchParams {
  readonly expression: string
}
export interface CheckMatchResult {
  readonly error: string | null
}

export interface RecordsParams {
  /** Of a batch or of a replay. */
  readonly batchId: string
  readonly from: number
  readonly count: number
}

export interface RecordsResult {
  readonly total: number
  readonly records: readonly WireRecord[]
}

/** Where the handler's first statement is, in the source as it was written (source maps are followed). Lines and columns count from 1. */
export interface HandlerPlace {
  readonly path: string
  readonly line: number
  readonly column: number
}

// Outputs

export interface OutputsParams {
  /** Of a batch or of a replay. */
  readonly batchId: string
  /** Only what was written while this record was in hand. */
  readonly record?: WirePlace
  readonly from: number
  readonly count: number
}

export interface OutputsResult {
  readonly total: number
  /** False: more was written than is kept (`outputsKeptMax` a batch). */
  readonly isComplete: boolean
  readonly outputs: readonly WireOutput[]
}

export interface WireOutput {
  /** Place in the order of writing, from 0. */
  readonly index: number
  readonly kind: 'sql' | 'record'
  /** Whether it stands or falls with the batch's transaction. */
  readonly isInTransaction: boolean
  /** The SQL statement, or the topic. */
  readonly target: string
  /** Parameters of the statement; key and value of the record. Text as shown, truncated. */
  readonly values: readonly string[]
  /** Rows the store says it changed; 1 for a record. */
  readonly rows: number
  /** The record whose value the handler had read last; absent where it works on many at once. */
  readonly record?: WirePlace
  /** Whether the same output again changes nothing (an upsert), or adds to what is there; `unknown` where the text does not tell. */
  readonly again: 'same' | 'adds' | 'unknown'
  readonly error?: string
}

// Replay

export const replayModes = ['rolledBack', 'recorded', 'written'] as const
export type ReplayMode = (typeof replayModes)[number]

export interface ReplayParams {
  /** Exactly these offsets, fetched again: of a batch of this run or of an earlier one. */
  readonly ranges: readonly WireRange[]
  /** The id that the batch had, which its idempotency keys are made of. */
  readonly batchId: string
  /** `recorded`: outputs that are seen are kept from happening, and answered as if they had changed nothing. */
  readonly mode: ReplayMode
}

export interface ReplayResult {
  /** For `tidemark/outputs` and `tidemark/records`. */
  readonly replayId: string
  readonly recordCount: number
  /** Offsets of the ranges that retention has taken meanwhile; the replay ran without them. */
  readonly gone: readonly WireRange[]
  readonly outputCount: number
  readonly durationMs: number
  /** The handler threw. */
  readonly error?: string
  readonly record?: WirePlace
}

// Faults

export const faultKinds = [
  'killBeforeSave',
  'killBetweenSaveAndCommit',
  'killAfterCommit',
  'freeze',
  'loseCommitReply',
  'cutConnection',
  'secondInstance',
  'brokerRestart',
  'retention',
] as const satisfies readonly CapabilityName[]
export type FaultKind = (typeof faultKinds)[number]

export interface FaultParams {
  /** null takes back what was armed and has not happened. `brokerRestart` is the editor's own to do. */
  readonly fault: Exclude<FaultKind, 'brokerRestart'> | null
}

export interface FaultResult {
  /** `now`: it has happened or is under way; `armed`: it happens when a batch reaches the fault's place. The pipeline must be let go for that. */
  readonly when: 'now' | 'armed' | 'takenBack'
}

/** What a fault met. */
export interface FaultedParams {
  readonly fault: FaultKind
  /** Whether the process ends with it. */
  readonly isDeath: boolean
  readonly atMs: number
  /** Absent where no batch was in hand. */
  readonly batch?: BatchState
  /** What the handler had begun, and what it was done with. */
  readonly begun: readonly WireRange[]
  readonly done: readonly WireRange[]
  /** What of it was committed, as far as the process knew. */
  readonly committed: readonly WirePlace[]
  /** What the outputs seen outside the batch's transaction do when they come again; absent where none was seen there. */
  readonly again?: WireOutput['again']
  /** `freeze` and `secondInstance`: what another instance committed meanwhile. */
  readonly byOthers?: readonly WireRange[]
  /** Why it did not happen, or not as it was meant. */
  readonly problem?: string
}

export interface PositionsParams {
  /** Where each assigned partition goes on. */
  readonly positions: readonly WirePlace[]
  /** Ranges that vanished unprocessed, and what was answered (`onDataLoss`). */
  readonly lost: readonly WireRange[]
}

export interface EndedParams {
  readonly committed: readonly WireRange[]
  readonly willBeRedone: readonly WireRange[]
  readonly unknown: readonly WireRange[]
  readonly error?: string
  /** Why there is an error: this cluster is declared read-only. */
  readonly readOnlyCluster?: string
}

export const messageBytesMax = 1 << 20
export const recordTextMax = 2_000
export const recordsPerRequestMax = 500
export const outputsPerRequestMax = 500
export const outputsKeptMax = 10_000
export const matchCharactersMax = 2_000
