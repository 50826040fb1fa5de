/** Runs an earlier batch again, with the code as it stands now, and compares what it writes with what was written. */
import { stat } from 'node:fs/promises'
import {
  type BatchState,
  outputsPerRequestMax,
  type ReplayMode,
  replayModes,
  type WireOutput,
} from '@tidemark/runtime/protocol'
import type { ReplayView } from '@tidemark/webview/protocol'
import * as vscode from 'vscode'
import { isMeant } from '../confirm.ts'
import { ClientError } from '../failures.ts'
import { log } from '../log.ts'
import type { SeenBatch } from './batchRun.ts'
import type { DebugRun } from './debugRun.ts'
import { comparedMax, differences } from './differences.ts'
import { runWords } from './runWords.ts'
import { nowMs, when } from './waiting.ts'

/** Batches whose outputs are kept for a comparison, oldest forgotten first. */
const keptBatchesMax = 40
/** The batches before a stop that may not be kept yet: a step over a whole batch ends before the next one. */
const lookBackBatches = 3
const restartDeadlineMs = 120_000

const offerOf = {
  rolledBack: 'replayRolledBack',
  recorded: 'replayRecorded',
  written: 'replayWritten',
} as const satisfies Record<ReplayMode, string>

export class Replays {
  readonly #run: DebugRun
  readonly #kept = new Map<string, Kept>()
  readonly #replayed = new Map<string, readonly WireOutput[]>()
  readonly #listeners: vscode.Disposable[]
  /** Modes whose caution was accepted once in this run. */
  readonly #accepted = new Set<ReplayMode>()
  #isKeeping = false
  #savedAtMs = 0

  constructor(run: DebugRun) {
    this.#run = run
    this.#listeners = [
      run.onDidChange(({ batch, hello }) => {
        if (batch?.isStopped && hello?.capabilities.outputs.isOffered) void this.#keep()
      }),
      vscode.workspace.onDidSaveTextDocument(({ languageId }) => {
        if (/^(type|java)script/.test(languageId)) this.#savedAtMs = nowMs()
      }),
    ]
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose()
  }

  /**
   * @param mode left out: the one that does least harm
   * @throws {ClientError} the pipeline cannot replay, or does not stand still.
   */
  async replay(key: string, mode?: ReplayMode): Promise<void> {
    const run = this.#run
    const seen = run.state.history.find(each => each.key === key)
    if (!seen) return
    requireStopped(run)
    const chosen = await this.#modeFor(mode)
    if (!chosen) return
    const isNewCode = await this.#isCodeNewer()
    const begin = viewOf(seen, chosen, isNewCode)
    if (isNewCode) await this.#startNewCode(begin)
    run.change(state => ({ ...state, replay: { ...begin, stage: 'running' } }))
    try {
      const { batchId, ranges } = seen.state
      const result = await run.ask.replay({ batchId, ranges, mode: chosen })
      const now = await this.#outputsOf(result.replayId)
      const view = this.#compared({ ...begin, ...done(result) }, key, now)
      run.change(state => ({ ...state, replay: view }))
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      run.change(state => ({ ...state, replay: { ...begin, stage: 'failed', error: message } }))
    }
  }

  #compared(view: ReplayView, key: string, now: readonly WireOutput[]): ReplayView {
    const original = this.#kept.get(key)?.outputs
    const before = original ?? this.#replayed.get(key)
    if (!before) remember(this.#replayed, key, now)
    const comparedWith = original ? 'original' : before ? 'replay' : 'none'
    return { ...view, comparedWith, ...differences(before ?? now, now) }
  }

  /** `undefined`: the person has thought better of it. */
  async #modeFor(asked: ReplayMode | undefined): Promise<ReplayMode | undefined> {
    const capabilities = this.#run.state.hello?.capabilities
    if (!capabilities) return undefined
    const mode = asked ?? replayModes.find(each => capabilities[offerOf[each]].isOffered)
    const offer = capabilities[offerOf[mode ?? 'rolledBack']]
    if (!mode || !offer.isOffered)
      throw new ClientError(
        vscode.l10n.t('This pipeline cannot replay a batch.'),
        offer.isOffered ? '' : runWords.reason(offer.reason),
      )
    if (!offer.caution || this.#accepted.has(mode)) return mode
    const cautions = [runWords.reason(offer.caution)]
    if (!(await isMeant(vscode.l10n.t('Replay this batch?'), vscode.l10n.t('Replay'), cautions))) return undefined
    this.#accepted.add(mode)
    return mode
  }

  /** Saved in this window, or the file of the pipeline by whatever else. */
  async #isCodeNewer(): Promise<boolean> {
    const { startedAtMs, program } = { ...this.#run.options, startedAtMs: this.#run.startedAtMs }
    if (this.#savedAtMs > startedAtMs) return true
    if (program === undefined) return false
    return stat(program).then(
      ({ mtimeMs }) => mtimeMs > startedAtMs,
      () => false,
    )
  }

  /** @throws {ClientError} the new code does not come as far as its first batch. */
  async #startNewCode(view: ReplayView): Promise<void> {
    const run = this.#run
    const { life } = run.state
    run.change(state => ({ ...state, replay: { ...view, stage: 'restarting' } }))
    await run.restart()
    const look = (): 'stands' | 'over' | undefined => {
      const { state } = run
      if (state.life > life && state.batch?.isStopped) return 'stands'
      return state.life > life && run.isOver ? 'over' : undefined
    }
    if ((await when(run.onDidChange, look, restartDeadlineMs)) === 'stands') return
    run.change(state => ({ ...state, replay: undefined }))
    throw new ClientError(
      vscode.l10n.t('The pipeline did not come to its first batch with the new code.'),
      vscode.l10n.t('See the debug console for what it said, and start it again.'),
    )
  }

  /** What stands still is read; what runs freely is not slowed down. */
  async #keep(): Promise<void> {
    if (this.#isKeeping) return
    this.#isKeeping = true
    try {
      const { history, life } = this.#run.state
      for (const seen of history.slice(-lookBackBatches)) {
        const { state, key } = seen
        const count = state.outputCount ?? 0
        const isKnown = this.#kept.get(key)?.count === count
        if (seen.life !== life || count === 0 || isKnown || state.phase === 'fetched') continue
        const outputs = await this.#outputsOf(state.batchId)
        if (outputs.length > 0) remember(this.#kept, key, { count, outputs }, keptBatchesMax)
      }
    } catch (error) {
      // Forgotten by the pipeline, or its process is held: the next stop is another chance.
      log().debug(`outputs were not kept: ${String(error)}`)
    } finally {
      this.#isKeeping = false
    }
  }

  async #outputsOf(batchId: string): Promise<readonly WireOutput[]> {
    const outputs: WireOutput[] = []
    while (outputs.length < comparedMax) {
      const window = await this.#run.ask.outputs({ batchId, from: outputs.length, count: outputsPerRequestMax })
      outputs.push(...window.outputs)
      if (window.outputs.length === 0 || outputs.length >= window.total) break
    }
    return outputs
  }
}

interface Kept {
  readonly count: number
  readonly outputs: readonly WireOutput[]
}

function remember<Value>(known: Map<string, Value>, key: string, value: Value, most = keptBatchesMax): void {
  known.delete(key)
  known.set(key, value)
  for (const oldest of known.keys()) {
    if (known.size <= most) break
    known.delete(oldest)
  }
}

function requireStopped(run: DebugRun): void {
  const batch: BatchState | undefined = run.state.batch
  if (batch?.isStopped && run.state.frozenAt === undefined) return
  throw new ClientError(
    vscode.l10n.t('The pipeline does not stand at a phase, so nothing can be replayed.'),
    vscode.l10n.t('Pause it first; at a breakpoint, continue to the next phase.'),
  )
}

function viewOf(seen: SeenBatch, mode: ReplayMode, isNewCode: boolean): ReplayView {
  return {
    key: seen.key,
    sequence: seen.state.sequence,
    mode,
    stage: 'running',
    recordCount: seen.state.recordCount,
    durationMs: 0,
    gone: [],
    isNewCode,
    comparedWith: 'none',
    counts: { same: 0, changed: 0, onlyBefore: 0, onlyNow: 0 },
    rows: [],
    isComplete: true,
  }
}

function done(result: {
  readonly recordCount: number
  readonly durationMs: number
  readonly gone: ReplayView['gone']
  readonly error?: string
}): Pick<ReplayView, 'stage' | 'recordCount' | 'durationMs' | 'gone' | 'error'> {
  const { recordCount, durationMs, gone, error } = result
  return { stage: 'done', recordCount, durationMs, gone, ...(error === undefined ? {} : { error }) }
}
