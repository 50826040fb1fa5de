/** Where a debugged pipeline stands and what lets it go on. One unit at a time, so that a step is a step. */
import type { Clock } from '../clock.ts'
import type { BatchSlice } from '../dataset/batch.ts'
import { reasonOf } from '../errors.ts'
import type { BatchPhase, BatchState, ControlCommand, RecordsParams, RecordsResult } from '../protocol.ts'
import type { OffsetRange } from '../semantics/ranges.ts'
import { recordsWindow, wireRange } from './wireRecords.ts'

/** `run`: never; `batch`: before the next batch; `phase`: at the next phase. */
type StopAt = 'run' | 'batch' | 'phase'

/** Batches whose records can still be asked for. They hold their buffers. */
const rememberedBatchesMax = 5

/** What is stepped: a unit of the processor, or a batch of plain kafkajs code. */
export interface Steppable {
  readonly batchId: string
  readonly sequence: number
  readonly attempt: number
  readonly slices: readonly BatchSlice[]
  readonly ranges: readonly OffsetRange[]
  readonly records: number
  /** Aborted when it must not stand any longer. */
  readonly signal: AbortSignal
}

export interface StepperOptions<U extends Steppable> {
  ifItDied(unit: U, phase: BatchPhase): string
  readonly clock: Clock
  readonly stopAtStart: boolean
  /** Whether outputs are seen by `watch`; else a state says nothing of them. */
  readonly countsOutputs: boolean
  tell(state: BatchState): void
  stop(deadlineMs: number): void
}

export class Stepper<U extends Steppable> {
  readonly #options: StepperOptions<U>
  readonly #remembered: U[] = []
  readonly #outputs = new WeakMap<U, number>()
  #stopAt: StopAt
  #isDetached = false
  #resume: (() => void) | undefined
  #turn: Promise<void> = Promise.resolve()
  #endTurn: (() => void) | undefined
  #current: U | undefined
  #left: U | undefined

  constructor(options: StepperOptions<U>) {
    this.#options = options
    this.#stopAt = options.stopAtStart ? 'batch' : 'run'
  }

  async enter(unit: U, phase: BatchPhase): Promise<void> {
    if (phase === 'fetched') await this.#takeTurn(unit)
    if (phase === 'processing' && this.#options.countsOutputs) this.#outputs.set(unit, 0)
    await this.#pass(unit, phase, {})
  }

  async ended(unit: U, outcome: NonNullable<BatchState['outcome']>, error?: unknown): Promise<void> {
    const details = error === undefined ? { outcome } : { outcome, error: reasonOf(error) }
    if (outcome === 'committed') await this.#pass(unit, 'committed', details)
    else this.#options.tell(this.#state(unit, 'processing', false, details))
    this.#endTurn?.()
  }

  /** The unit is over without an outcome: nothing of ours commits it, and something else may still. */
  left(unit: U): void {
    this.#left = unit
    this.#endTurn?.()
  }

  /** Whether nothing was begun since the unit was left. */
  hasLeft(unit: U): boolean {
    return this.#left === unit && this.#current === unit
  }

  /** Tells a unit's state anew because what stands behind it has changed; only while it is the latest. */
  retell(unit: U, phase: BatchPhase, details: Partial<BatchState> = {}): void {
    if (!this.#isDetached && this.#current === unit)
      this.#options.tell(this.#state(unit, phase, this.#resume !== undefined, details))
  }

  /** Counts what a handler writes through its transaction: each call of a method, or the rows it says it changed. */
  watch<Extra extends object>(unit: U, extra: Extra): Extra {
    if (this.#isDetached || !('tx' in extra) || typeof extra.tx !== 'object' || extra.tx === null) return extra
    const count = (outcome: unknown) => void this.#outputs.set(unit, (this.#outputs.get(unit) ?? 0) + rowsOf(outcome))
    return { ...extra, tx: counting(extra.tx, count) }
  }

  command(command: ControlCommand): void {
    if (command.kind === 'pause') this.#stopAt = 'phase'
    else if (command.kind === 'stepBatch') this.#goOn('batch')
    else if (command.kind === 'stepPhase') this.#goOn('phase')
    else this.#goOn('run')
    if (command.kind === 'stop') this.#options.stop(command.deadlineMs)
  }

  /** @throws Error the batch is not remembered any more. */
  records(params: RecordsParams): RecordsResult {
    const unit = this.#remembered.findLast(({ batchId }) => batchId === params.batchId)
    if (!unit)
      throw new Error(`Batch ${params.batchId} is not in memory any more; the last ${rememberedBatchesMax} are.`)
    return recordsWindow(unit.slices, params)
  }

  letGo(): void {
    this.#goOn('run')
  }

  /** The editor is gone: nothing stops the pipeline from here on, and nothing is kept for it. */
  detach(): void {
    this.#isDetached = true
    this.#remembered.length = 0
    this.#goOn('run')
  }

  async #takeTurn(unit: U): Promise<void> {
    const before = this.#turn
    const mine = Promise.withResolvers<void>()
    this.#turn = before.then(() => mine.promise)
    await before
    this.#endTurn = mine.resolve
    this.#current = unit
    if (this.#isDetached) return
    this.#remembered.push(unit)
    if (this.#remembered.length > rememberedBatchesMax) this.#remembered.shift()
  }

  /** Tells the phase; stands there while the mode says so, until a command, a detached editor, or the unit's end lets it go. */
  async #pass(unit: U, phase: BatchPhase, details: Partial<BatchState>): Promise<void> {
    if (this.#isDetached) return
    const mustStop = this.#stopAt === 'phase' || (this.#stopAt === 'batch' && phase === 'fetched')
    this.#options.tell(this.#state(unit, phase, mustStop && !unit.signal.aborted, details))
    if (!mustStop || unit.signal.aborted) return
    await new Promise<void>(resolve => {
      const letGo = () => {
        this.#resume = undefined
        unit.signal.removeEventListener('abort', letGo)
        resolve()
      }
      this.#resume = letGo
      unit.signal.addEventListener('abort', letGo)
    })
    if (!this.#isDetached) this.#options.tell(this.#state(unit, phase, false, details))
  }

  #goOn(stopAt: StopAt): void {
    this.#stopAt = stopAt
    this.#resume?.()
  }

  #state(unit: U, phase: BatchPhase, isStopped: boolean, details: Partial<BatchState>): BatchState {
    const outputCount = this.#outputs.get(unit)
    return {
      batchId: unit.batchId,
      sequence: unit.sequence,
      attempt: unit.attempt,
      phase,
      ranges: unit.ranges.map(wireRange),
      recordCount: unit.records,
      isStopped,
      phaseStartedAtMs: this.#options.clock.nowMs(),
      ifItDied: this.#options.ifItDied(unit, phase),
      ...(outputCount === undefined ? {} : { outputCount }),
      ...details,
    }
  }
}

/** What a store says it changed: SQLite `changes`, PostgreSQL `rowCount`; anything else counts as one. */
function rowsOf(outcome: unknown): number {
  if (typeof outcome !== 'object' || outcome === null) return 1
  const rows = 'changes' in outcome ? outcome.changes : 'rowCount' in outcome ? outcome.rowCount : 1
  return typeof rows === 'number' && Number.isFinite(rows) ? rows : 1
}

/** The same object to the handler, except that each call through it is counted. */
function counting<T extends object>(target: T, count: (outcome: unknown) => void): T {
  return new Proxy(target, {
    get(object, name) {
      const value: unknown = Reflect.get(object, name, object)
      if (typeof value !== 'function' || name === 'get' || name === 'all') return value
      return (...parameters: unknown[]): unknown => {
        const outcome: unknown = Reflect.apply(value, object, parameters)
        if (outcome instanceof Promise) outcome.then(count, () => {})
        else count(outcome)
        return outcome
      }
    },
  })
}
