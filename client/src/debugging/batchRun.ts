/** What one debug run has told so far, folded into the snapshot that the batch panel draws. Pure: state in, snapshot out. */
import type { AccountRule } from '@tidemark/runtime/account'
import {
  type BatchState,
  batchPhases,
  type CapabilityName,
  type CapabilityReason,
  type EndedParams,
  type FaultedParams,
  type FaultKind,
  type HelloParams,
  type IfItDied,
  type PositionsParams,
  whyNoRestart,
} from '@tidemark/runtime/protocol'
import type { BatchHistoryRow, BatchSnapshot, OfferView, ReplayView } from '@tidemark/webview/protocol'
import { type FaultStory, faultView, metFault, withBatchSince, withPositions } from './faultStory.ts'

/** Batches kept in the history strip. */
export const historyMax = 200

/** A batch of this run or of a process before it. */
export interface SeenBatch {
  readonly key: string
  /** Which process ran it, counted from 1. */
  readonly life: number
  readonly state: BatchState
  readonly tookMs: number
  readonly fault?: FaultKind
}

/** Everything but the words: those depend on the reader's language. */
export interface BatchRun {
  /** Processes of this run so far: a kill, or new code to replay, starts the next. */
  readonly life: number
  readonly hello: HelloParams | undefined
  readonly scratchGroup: string | undefined
  readonly batch: BatchState | undefined
  /** When the current batch was first heard of, ms since 1970. */
  readonly batchStartedAtMs: number
  /** ms from the batch's start, in `batchPhases` order. */
  readonly phaseStartedMs: readonly (number | undefined)[]
  readonly history: readonly SeenBatch[]
  readonly ended: EndedParams | undefined
  /** The link is gone without a farewell; empty when there is nothing to say why. */
  readonly lost: string | undefined
  /** Where the JavaScript debugger holds the whole process, as `file.ts:12`; it cannot answer then. */
  readonly frozenAt: string | undefined
  readonly fault: FaultStory | undefined
  readonly replay: ReplayView | undefined
  /** The process is gone by intent, and the next one is on its way. */
  readonly isRestarting: boolean
  /** The brokers of the local Kafka that Tidemark has started: empty while there is none. */
  readonly localBrokers: readonly string[]
}

export function emptyRun(scratchGroup: string | undefined): BatchRun {
  return {
    life: 1,
    hello: undefined,
    scratchGroup,
    batch: undefined,
    batchStartedAtMs: 0,
    phaseStartedMs: batchPhases.map(() => undefined),
    history: [],
    ended: undefined,
    lost: undefined,
    frozenAt: undefined,
    fault: undefined,
    replay: undefined,
    isRestarting: false,
    localBrokers: [],
  }
}

/** The next process of the same run: what was seen stays, what the dead one was about to do does not. */
export function nextLife(run: BatchRun): BatchRun {
  const { scratchGroup, history, fault, replay, localBrokers } = run
  return { ...emptyRun(scratchGroup), life: run.life + 1, history, fault, replay, localBrokers, isRestarting: true }
}

export function withHello(run: BatchRun, hello: HelloParams): BatchRun {
  return { ...run, hello, isRestarting: false }
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
    history: withSeen(run, batch, startedAtMs),
    fault: run.fault && withBatchSince(run.fault, batch, run.life),
  }
}

export function withFaulted(run: BatchRun, faulted: FaultedParams): BatchRun {
  const met = run.history.map(seen =>
    isOf(seen, run.life, faulted.batch?.batchId) ? { ...seen, fault: faulted.fault } : seen,
  )
  return {
    ...run,
    history: met,
    fault: metFault(run.fault, faulted, run.hello?.guarantee ?? '', run.life),
    isRestarting: faulted.isDeath,
  }
}

export function withAssignment(run: BatchRun, params: PositionsParams): BatchRun {
  return run.fault ? { ...run, fault: withPositions(run.fault, params) } : run
}

function isOf(seen: SeenBatch, life: number, batchId: string | undefined): boolean {
  return seen.life === life && seen.state.batchId === batchId
}

function withSeen(run: BatchRun, state: BatchState, startedAtMs: number): readonly SeenBatch[] {
  const known = run.history.find(seen => isOf(seen, run.life, state.batchId))
  const seen: SeenBatch = {
    ...known,
    key: known?.key ?? `${run.life}-${state.sequence}-${state.batchId}`,
    life: run.life,
    state,
    tookMs: Math.max(0, state.phaseStartedAtMs - startedAtMs),
  }
  return [...run.history.filter(each => each !== known), seen].slice(-historyMax)
}

/** The status line's words, in the reader's language. */
export interface RunWords {
  waiting(): string
  restarting(): string
  running(): string
  frozen(place: string): string
  stopped(batch: BatchState): string
  ended(): string
  lost(reason: string): string
  readOnly(cluster: string): string
  reason(id: CapabilityReason): string
  rule(id: AccountRule): string
  ifItDied(told: IfItDied): string
}

export function snapshotOf(
  run: BatchRun,
  words: RunWords,
  fallback: { pipeline: string; group: string },
): BatchSnapshot {
  const { hello, batch, ended, fault, replay } = run
  return {
    view: 'batch',
    pipeline: hello?.pipeline ?? fallback.pipeline,
    groupId: run.scratchGroup ?? hello?.groupId ?? fallback.group,
    isScratchGroup: run.scratchGroup !== undefined,
    guarantee: hello?.guarantee ?? '',
    store: hello?.store ?? '',
    ...(hello?.standstillMs === undefined ? {} : { standstillMs: hello.standstillMs }),
    status: statusOf(run, words),
    // Held by the debugger, it was let go at its phase but could not say so any more.
    batch: batch && run.frozenAt !== undefined ? { ...batch, isStopped: false } : batch,
    ...(batch?.ifItDied ? { ifItDied: words.ifItDied(batch.ifItDied) } : {}),
    history: run.history.map(historyRow),
    phaseStartedMs: run.phaseStartedMs,
    ...(hello ? { capabilities: offersOf(run, hello, words) } : {}),
    ...(fault ? { fault: faultView(fault, words.rule) } : {}),
    ...(replay ? { replay } : {}),
    ...(ended
      ? { ended: { committed: ended.committed, willBeRedone: ended.willBeRedone, unknown: ended.unknown } }
      : {}),
  }
}

function historyRow({ key, state, tookMs, fault }: SeenBatch): BatchHistoryRow {
  const { batchId, sequence, recordCount, outcome = 'running' } = state
  return { key, batchId, sequence, recordCount, tookMs, outcome, ...(fault ? { fault } : {}) }
}

/** The broker is restarted by whoever started it: the pipeline cannot know, the editor does. */
function offersOf(
  { localBrokers }: BatchRun,
  { capabilities, brokers }: HelloParams,
  { reason }: RunWords,
): Readonly<Record<CapabilityName, OfferView>> {
  const offers = Object.entries(capabilities).map(([name, offer]): [string, OfferView] => {
    if (name === 'brokerRestart') {
      const why = whyNoRestart(localBrokers, brokers)
      return [name, why ? { isOffered: false, note: reason(why) } : { isOffered: true }]
    }
    const id = offer.isOffered ? offer.caution : offer.reason
    return [name, { isOffered: offer.isOffered, ...(id ? { note: reason(id) } : {}) }]
  })
  return Object.fromEntries(offers) as Record<CapabilityName, OfferView>
}

function statusOf(run: BatchRun, words: RunWords): BatchSnapshot['status'] {
  const { hello, batch, ended, lost, frozenAt, isRestarting } = run
  if (isRestarting) return { kind: 'waiting', message: words.restarting() }
  if (ended?.readOnlyCluster) return { kind: 'failed', message: words.readOnly(ended.readOnlyCluster) }
  if (ended) return ended.error ? { kind: 'failed', message: ended.error } : { kind: 'ended', message: words.ended() }
  if (lost !== undefined) return { kind: 'failed', message: words.lost(lost) }
  if (!hello) return { kind: 'waiting', message: words.waiting() }
  if (frozenAt !== undefined) return { kind: 'running', message: words.frozen(frozenAt) }
  if (batch?.isStopped) return { kind: 'stopped', message: words.stopped(batch) }
  return { kind: 'running', message: words.running() }
}
