/** What one debug run has told so far, folded into the snapshot that the batch panel draws. Pure: state in, snapshot out. */
import { type BatchState, batchPhases, type EndedParams, type HelloParams } from '@tidemark/runtime/protocol'
import type { BatchHistoryRow, BatchSnapshot } from '@tidemark/webview/protocol'

/** Batches kept in the history strip. */
export const historyMax = 200

/** Everything but the words: those depend on the reader's language. */
export interface BatchRun {
  readonly hello: HelloParams | undefined
  readonly scratchGroup: string | undefined
  readonly batch: BatchState | undefined
  /** When the current batch was first heard of, ms since 1970. */
  readonly batchStartedAtMs: number
  /** ms from the batch's start, in `batchPhases` order. */
  readonly phaseStartedMs: readonly (number | undefined)[]
  readonly history: readonly BatchHistoryRow[]
  readonly ended: EndedParams | undefined
  /** The link is gone without a farewell; empty when there is nothing to say why. */
  readonly lost: string | undefined
  /** Where the JavaScript debugger holds the whole process, as `file.ts:12`; it cannot answer then. */
  readonly frozenAt: string | undefined
}

export function emptyRun(scratchGroup: string | undefined): BatchRun {
  return {
    hello: undefined,
    scratchGroup,
    batch: undefined,
    batchStartedAtMs: 0,
    phaseStartedMs: batchPhases.map(() => undefined),
    history: [],
    ended: undefined,
    lost: undefined,
    frozenAt: undefined,
  }
}

/** A batch is known by its id; a retry of it keeps the id and begins anew. */
export function withBatch(run: BatchRun, batch: BatchState): BatchRun {
  const isNew = run.batch?.batchId !== batch.batchId || run.batch.attempt !== batch.attempt
  const startedAtMs = isNew ? batch.phaseStartedAtMs : run.batchStartedAtMs
  const reached = batchPhases.indexOf(batch.phase)
  const phaseStartedMs = batchPhases.map((_, index) => {
    const known = isNew ? undefined : run.phaseStartedMs[index]
    if (index === reached) return known ?? Math.max(0, batch.phaseStartedAtMs - startedAtMs)
    return index < reached ? known : undefined
  })
  return {
    ...run,
    batch,
    batchStartedAtMs: startedAtMs,
    phaseStartedMs,
    history: withRow(run.history, batch, startedAtMs),
  }
}

function withRow(history: readonly BatchHistoryRow[], batch: BatchState, startedAtMs: number): BatchHistoryRow[] {
  const row: BatchHistoryRow = {
    batchId: batch.batchId,
    sequence: batch.sequence,
    recordCount: batch.recordCount,
    tookMs: Math.max(0, batch.phaseStartedAtMs - startedAtMs),
    outcome: batch.outcome ?? 'running',
  }
  const others = history.filter(({ batchId }) => batchId !== batch.batchId)
  return [...others, row].slice(-historyMax)
}

/** The status line's words, in the reader's language. */
export interface RunWords {
  waiting(): string
  running(): string
  frozen(place: string): string
  stopped(phase: BatchState['phase']): string
  ended(): string
  lost(reason: string): string
}

export function snapshotOf(
  run: BatchRun,
  words: RunWords,
  fallback: { pipeline: string; group: string },
): BatchSnapshot {
  const { hello, batch, ended } = run
  return {
    view: 'batch',
    pipeline: hello?.pipeline ?? fallback.pipeline,
    groupId: run.scratchGroup ?? hello?.groupId ?? fallback.group,
    isScratchGroup: run.scratchGroup !== undefined,
    guarantee: hello?.guarantee ?? '',
    store: hello?.store ?? '',
    status: statusOf(run, words),
    // Held by the debugger, it was let go at its phase but could not say so any more.
    batch: batch && run.frozenAt !== undefined ? { ...batch, isStopped: false } : batch,
    history: run.history,
    phaseStartedMs: run.phaseStartedMs,
    ...(ended
      ? { ended: { committed: ended.committed, willBeRedone: ended.willBeRedone, unknown: ended.unknown } }
      : {}),
  }
}

function statusOf({ hello, batch, ended, lost, frozenAt }: BatchRun, words: RunWords): BatchSnapshot['status'] {
  if (ended) return ended.error ? { kind: 'failed', message: ended.error } : { kind: 'ended', message: words.ended() }
  if (lost !== undefined) return { kind: 'failed', message: words.lost(lost) }
  if (!hello) return { kind: 'waiting', message: words.waiting() }
  if (frozenAt !== undefined) return { kind: 'running', message: words.frozen(frozenAt) }
  if (batch?.isStopped) return { kind: 'stopped', message: words.stopped(batch.phase) }
  return { kind: 'running', message: words.running() }
}
