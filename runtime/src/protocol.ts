/**
 * The control link between a running pipeline and the editor that debugs it: methods, events, version. A leaf.
 *
 * The editor listens on a private socket, the pipeline dials (`TIDEMARK_CONTROL` = socket path, `TIDEMARK_CONTROL_TOKEN` = one-time token).
 * JSON-RPC 2.0 by `vscode-jsonrpc`. Offsets are decimal strings: JSON has no 64-bit integer.
 */
export const controlProtocolVersion = 1
export const controlSocketVariable = 'TIDEMARK_CONTROL'
export const controlTokenVariable = 'TIDEMARK_CONTROL_TOKEN'
/** Set by the debugger: the scratch group that the run uses instead of the pipeline's own. */
export const controlScratchGroupVariable = 'TIDEMARK_SCRATCH_GROUP'

/** Phases of a batch in the order they happen. `planned` is before any record was handed to the handler. */
export const batchPhases = ['fetched', 'processing', 'saved', 'committed'] as const
export type BatchPhase = (typeof batchPhases)[number]

export interface WireRange {
  readonly topic: string
  readonly partition: number
  readonly fromOffset: string
  readonly untilOffset: string
}

export interface HelloParams {
  readonly version: number
  readonly token: string
  readonly pid: number
  readonly pipeline: string
  readonly groupId: string
  readonly guarantee: string
  readonly store: string
  readonly client: string
}

export interface HelloResult {
  readonly version: number
  /** The run stops before its first batch. */
  readonly stopAtStart: boolean
}

export interface WireRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly timestampMs: number
  /** Text as shown; truncated to `recordTextMax` characters. `null` is Kafka's null. */
  readonly key: string | null
  readonly value: string | null
  readonly isTruncated: boolean
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
  readonly phaseStartedAtMs: number
  readonly outcome?: 'committed' | 'failed' | 'fenced' | 'rolledBack'
  readonly error?: string
  /** Rows or records written inside the open transaction, where they can be seen. */
  readonly outputCount?: number
  /** What would happen if the process died now, in one sentence. */
  readonly ifItDied: string
}

/** pipeline -> editor, request. */
export const helloMethod = 'tidemark/hello'
/** pipeline -> editor, notification: a batch entered a phase or stopped there. */
export const batchMethod = 'tidemark/batch'
/** pipeline -> editor, notification: the run ended truthfully. */
export const endedMethod = 'tidemark/ended'
/** editor -> pipeline, notification. */
export const commandMethod = 'tidemark/command'
/** editor -> pipeline, request: a window of the current batch's records. */
export const recordsMethod = 'tidemark/records'

export type ControlCommand =
  | { readonly kind: 'stepBatch' }
  | { readonly kind: 'stepPhase' }
  | { readonly kind: 'continue' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'stop'; readonly deadlineMs: number }

export interface RecordsParams {
  readonly batchId: string
  readonly from: number
  readonly count: number
}

export interface RecordsResult {
  readonly total: number
  readonly records: readonly WireRecord[]
}

export interface EndedParams {
  readonly committed: readonly WireRange[]
  readonly willBeRedone: readonly WireRange[]
  readonly unknown: readonly WireRange[]
  readonly error?: string
}

export const messageBytesMax = 1 << 20
export const recordTextMax = 2_000
export const recordsPerRequestMax = 500
