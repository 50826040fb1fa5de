/** Where a debugged pipeline stands and what lets it go on. One unit at a time, so that a step is a step. */
import type { Clock } from '../clock.ts'
import type { RecordWatch } from '../dataset/record.ts'
import { reasonOf } from '../errors.ts'
import type { BatchPhase, BatchState, ControlCommand, IfItDied, RunToTarget, StopCause } from '../protocol.ts'
import { Turns } from '../turns.ts'
import type { FaultPlan } from './faultPlan.ts'
import { Memory } from './memory.ts'
import { inHandling, OutputLog, type RecordInHand, recordWatch, takeInHand } from './outputs.ts'
import { causeOf, type FoundRecord, indexOf, type RecordFinder, recordFinder } from './runTo.ts'
import { watchModules } from './seenModules.ts'
import { withSeenTransaction } from './seenTransaction.ts'
import type { Steppable } from './steppable.ts'
import { wirePlace, wireRange } from './wireRecords.ts'

/** `run`: never; `batch`: before the next batch; `phase`: at the next phase. */
type StopAt = 'run' | 'batch' | 'phase'

export interface StepperOptions<U extends Steppable> {
  ifItDied(unit: U, phase: BatchPhase): IfItDied
  readonly clock: Clock
  readonly stopAtStart: boolean
  readonly faults: FaultPlan<U>
  tell(state: BatchState): void
  stop(deadlineMs: number): void
  /** Whether `beforeRecord` is called for each record, so that a stop may be amid a batch. */
  readonly standsWithin?: boolean
  /** Cuts a unit that has not begun, before this record or into one a partition. False: it cannot be cut. */
  cut?(unit: U, before: FoundRecord | 'eachPartition'): boolean
}

export class Stepper<U extends Steppable> {
  readonly memory = new Memory()
  readonly #options: StepperOptions<U>
  readonly #logs = new WeakMap<U, OutputLog>()
  #stopAt: StopAt
  #cause: StopCause['kind'] = 'step'
  #runTo: RecordFinder | undefined
  #runsToThrow = false
  #wantsCut = false
  /** The first part of a batch that was cut does not stop again: it was let go already. */
  #passesOnce = false
  #isDetached = false
  #resume: (() => void) | undefined
  readonly #turns = new Turns()
  #endTurn: (() => void) | undefined
  #current: U | undefined
  #left: U | undefined
  #stands: { readonly unit: U; readonly phase: BatchPhase; readonly details: Partial<BatchState> } | undefined
  #inHand: RecordInHand | undefined
  readonly #between = new Turns()
  #reads = 0
  #awaited: FoundRecord | undefined

  constructor(options: StepperOptions<U>) {
    this.#options = options
    this.#stopAt = options.stopAtStart ? 'batch' : 'run'
  }

  /** Where a unit stands and waits, if it does. */
  get stands(): { readonly unit: U; readonly phase: BatchPhase } | undefined {
    return this.#stands
  }

  /** Whether a batch is between its first phase and its end, so that nothing else may use its handler or transaction. */
  get isBusy(): boolean {
    return this.#endTurn !== undefined && this.#stands?.phase !== 'fetched' && this.#stands?.phase !== 'committed'
  }

  async enter(unit: U, phase: BatchPhase): Promise<void> {
    if (phase !== 'fetched') {
      if (phase === 'processing') {
        await this.#between.idle()
        this.#begin(unit)
      }
      if (!this.#isDetached) await this.#options.faults.reach(unit, phase)
      return this.#pass(unit, phase, {})
    }
    await this.#takeTurn(unit)
    this.#awaited = undefined
    const found = this.#lookAhead(unit, 0)
    if (found === 'cut') return this.#passTurn()
    if (found) this.#runTo = undefined
    await this.#options.faults.reach(unit, phase)
    const target = this.#runTo
    await this.#pass(unit, phase, found ? { stopCause: causeOf(found) } : {})
    // A target set while it stood here may lie further on in this very batch.
    const isCut = this.#runTo !== target ? this.#lookAhead(unit, 1) === 'cut' : this.#cutsPartitions(unit)
    if (!isCut) return
    this.#options.tell(this.#state(unit, phase, false, { outcome: 'cut' }))
    this.#passTurn()
  }

  /** Looks for what is run to, from this record of the batch on: cut before it, a place to stand at later, or one to stand at now. */
  #lookAhead(unit: U, from: number): FoundRecord | 'cut' | undefined {
    const found = this.#isDetached ? undefined : this.#runTo?.(unit.slices, from)
    if (!found || found.index === 0) return found
    if (this.#options.cut?.(unit, found)) return 'cut'
    if (!this.#options.standsWithin) return found
    this.#awaited = found
    return undefined
  }

  #cutsPartitions(unit: U): boolean {
    if (!this.#wantsCut) return false
    this.#wantsCut = false
    this.#stopAt = 'batch'
    this.#passesOnce = this.#options.cut?.(unit, 'eachPartition') ?? false
    return this.#passesOnce
  }

  /** A handler that takes one record at a time is about to take this one. */
  async beforeRecord(unit: U, index: number): Promise<void> {
    const found = this.#awaited
    if (this.#isDetached || this.#current !== unit || found?.index !== index) return
    this.#awaited = undefined
    this.#runTo = undefined
    await this.#pass(unit, 'processing', { stopCause: causeOf(found) })
  }

  /**
   * Does something while no batch uses handler or transaction; a batch that wants to begin meanwhile waits.
   * @throws Error a batch does.
   */
  async between<T>(work: () => Promise<T>): Promise<T> {
    if (this.isBusy)
      throw new Error('A batch is being processed. Do this while one stands before its start or after its end.')
    return this.#between.run(work)
  }

  async ended(unit: U, outcome: NonNullable<BatchState['outcome']>, error?: unknown): Promise<void> {
    const details = error === undefined ? { outcome } : { outcome, error: reasonOf(error) }
    if (outcome === 'committed') {
      if (!this.#isDetached) await this.#options.faults.reach(unit, 'committed')
      await this.#pass(unit, 'committed', details)
    } else this.#options.tell(this.#state(unit, 'processing', false, details))
    this.#passTurn()
  }

  /** The unit is over without an outcome: nothing of ours commits it, and something else may still. */
  left(unit: U): void {
    this.#left = unit
    this.#passTurn()
  }

  /** Whether nothing was begun since the unit was left. */
  hasLeft(unit: U): boolean {
    return this.#left === unit && this.#current === unit
  }

  /** Tells a unit's state anew because what stands behind it has changed; only while it is the latest. */
  retell(unit: U, phase: BatchPhase, details: Partial<BatchState> = {}): void {
    if (this.#isDetached || this.#current !== unit) return
    const stands = this.#stands?.phase === phase ? this.#stands.details : {}
    this.#options.tell(this.#state(unit, phase, this.#resume !== undefined, { ...stands, ...details }))
  }

  /** Calls the handler so that what it reads and writes is seen. */
  handle<Extra extends object, Outcome>(
    unit: U,
    extra: Extra,
    call: (extra: Extra, watch?: RecordWatch) => Outcome,
  ): Outcome {
    const log = this.#logs.get(unit)
    if (this.#isDetached || !log) return call(extra)
    watchModules()
    const watch = recordWatch(record => this.#hasRead(unit, record))
    return inHandling(log, 'batch', () => call(withSeenTransaction(extra), watch))
  }

  #hasRead(unit: U, record: RecordInHand): void {
    // The same value may be read several times while its record is in hand.
    if (this.#inHand === record) return
    this.#inHand = record
    this.#options.faults.read(unit, record, ++this.#reads)
  }

  /** The same for a handler that takes one record at a time. */
  handleOne<Outcome>(unit: U, record: RecordInHand, call: () => Outcome): Outcome {
    const log = this.#logs.get(unit)
    if (this.#isDetached || !log) return call()
    watchModules()
    this.#hasRead(unit, record)
    return inHandling(log, 'batch', () => {
      takeInHand(record)
      return call()
    })
  }

  /** The handler threw. Stands there when that was run to. */
  async threw(unit: U, error: unknown): Promise<void> {
    if (this.#isDetached || !this.#runsToThrow) return
    this.#runsToThrow = false
    const record = this.#inHand && wirePlace(this.#inHand)
    const stopCause: StopCause = { kind: 'threw', ...(record ? { record, ...indexOf(unit.slices, record) } : {}) }
    await this.#pass(unit, 'processing', { stopCause, error: reasonOf(error) })
  }

  /** What the unit's handler has written so far. */
  logOf(unit: U): OutputLog | undefined {
    return this.#logs.get(unit)
  }

  state(unit: U, phase: BatchPhase): BatchState {
    return this.#state(unit, phase, false, {})
  }

  command(command: ControlCommand): void {
    this.#wantsCut = command.kind === 'stepPartition' && this.#stands?.phase === 'fetched'
    this.#cause = command.kind === 'pause' ? 'pause' : 'step'
    if (command.kind === 'pause') {
      this.#stopAt = 'phase'
      return
    }
    this.#runTo = undefined
    this.#runsToThrow = false
    if (command.kind === 'runTo') this.#setTarget(command.target)
    if (command.kind === 'stepPhase') this.#goOn('phase')
    else if (command.kind === 'stepBatch' || command.kind === 'stepPartition') this.#goOn('batch')
    else this.#goOn('run')
    if (command.kind === 'stop') this.#options.stop(command.deadlineMs)
  }

  letGo(): void {
    this.#goOn('run')
  }

  /** The editor is gone: nothing stops the pipeline from here on, and nothing is kept for it. */
  detach(): void {
    this.#isDetached = true
    this.memory.clear()
    this.#runTo = undefined
    this.#wantsCut = false
    this.#goOn('run')
  }

  #begin(unit: U): void {
    if (this.#isDetached) return
    const log = new OutputLog()
    this.#logs.set(unit, log)
    this.#inHand = undefined
    this.#reads = 0
    const remembered = this.memory.find(unit.batchId)
    if (remembered) remembered.log = log
  }

  async #takeTurn(unit: U): Promise<void> {
    this.#endTurn = await this.#turns.take()
    this.#current = unit
    if (!this.#isDetached) this.memory.add(rememberedOf(unit))
  }

  #passTurn(): void {
    this.#endTurn?.()
    this.#endTurn = undefined
  }

  /** Tells the phase; stands there while the mode says so, until a command, a detached editor, or the unit's end lets it go. */
  async #pass(unit: U, phase: BatchPhase, details: Partial<BatchState>): Promise<void> {
    if (this.#isDetached) return
    const isDue = this.#stopAt === 'phase' || (this.#stopAt === 'batch' && phase === 'fetched' && !this.#passesOnce)
    if (phase === 'fetched') this.#passesOnce = false
    const mustStop = (isDue || details.stopCause !== undefined) && !unit.signal.aborted
    const told = mustStop ? { stopCause: { kind: this.#cause }, ...details } : details
    this.#options.tell(this.#state(unit, phase, mustStop, told))
    if (!mustStop) return
    await new Promise<void>(resolve => {
      const letGo = () => {
        this.#resume = undefined
        this.#stands = undefined
        unit.signal.removeEventListener('abort', letGo)
        resolve()
      }
      this.#resume = letGo
      this.#stands = { unit, phase, details: told }
      unit.signal.addEventListener('abort', letGo)
    })
    await this.#options.faults.settled
    if (!this.#isDetached) this.#options.tell(this.#state(unit, phase, false, details))
  }

  #setTarget(target: RunToTarget): void {
    if (target.kind === 'throw') this.#runsToThrow = true
    else
      try {
        this.#runTo = recordFinder(target)
      } catch {
        // Asked about before by `checkMatch`; what cannot be read matches nothing.
      }
  }

  #goOn(stopAt: StopAt): void {
    this.#stopAt = stopAt
    this.#resume?.()
  }

  #state(unit: U, phase: BatchPhase, isStopped: boolean, details: Partial<BatchState>): BatchState {
    const outputCount = this.#logs.get(unit)?.rows
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

/** Slices of a plain batch are made when they are first asked for: a consumer that runs freely does not pay for them. */
function rememberedOf(unit: Steppable) {
  return {
    id: unit.batchId,
    get slices() {
      return unit.slices
    },
    log: undefined,
  }
}
