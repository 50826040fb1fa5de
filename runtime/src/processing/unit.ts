/** One batch, or one partition's part of one, from its first attempt to its end. */
import { type Clock, pause } from '../clock.ts'
import { Batch, type BatchSlice } from '../dataset/batch.ts'
import type { RecordWatch, ValueParser } from '../dataset/record.ts'
import { CommitUnknownError, FencedError, reasonOf, TidemarkError } from '../errors.ts'
import type { Protocol, Steps, WorkUnit } from '../guarantees/guarantee.ts'
import type { BatchPhase } from '../protocol.ts'
import { type OffsetRange, partitionName } from '../semantics/ranges.ts'
import type { Trace } from '../trace.ts'
import type { Ledger } from './ledger.ts'
import type { Bounds } from './options.ts'
import type { OwnedPartition, Taken } from './owned.ts'

/** Where a debugger may stand. Absent in production: then no phase costs anything. */
export interface PhaseGate {
  enter(unit: Unit, phase: BatchPhase): Promise<void>
  ended(unit: Unit, outcome: 'committed' | 'failed' | 'fenced' | 'rolledBack', error?: unknown): Promise<void>
  /** Calls the handler so that what it reads and writes can be seen. */
  handle<Extra extends object, Outcome>(
    unit: Unit,
    extra: Extra,
    call: (extra: Extra, watch?: RecordWatch) => Outcome,
  ): Outcome
  threw(unit: Unit, error: unknown): Promise<void>
  /** The commit has taken effect. @throws CommitUnknownError its reply is to be lost. */
  replied(unit: Unit): void
  /** The run stops: nothing may stand any longer. */
  letGo(): void
}

/** `cut`: it did not run; its `parts` are to run in its place. */
export type UnitOutcome = 'committed' | 'fenced' | 'givenUp' | 'cut'

export class Unit implements WorkUnit {
  readonly batchId: string
  readonly sequence: number
  readonly slices: readonly BatchSlice[]
  readonly owned: readonly OwnedPartition[]
  readonly ranges: readonly OffsetRange[]
  readonly records: number
  readonly startedAtMs: number
  /** Its ranges were frozen under its id: it runs as it is. */
  readonly isFrozen: boolean
  /** Set by a debugger before it runs. */
  parts: readonly (readonly Taken[])[] | undefined
  attempt = 0
  readonly #givingUp = new AbortController()

  constructor(start: Pick<Unit, 'batchId' | 'sequence' | 'slices' | 'owned' | 'startedAtMs' | 'isFrozen'>) {
    this.batchId = start.batchId
    this.sequence = start.sequence
    this.slices = start.slices
    this.owned = start.owned
    this.startedAtMs = start.startedAtMs
    this.isFrozen = start.isFrozen
    this.ranges = start.slices.map(slice => slice.range)
    this.records = start.slices.reduce((count, slice) => count + slice.records.length, 0)
  }

  /** Aborted when nothing may be committed any more: a deadline passed, or the partitions are gone. */
  get signal(): AbortSignal {
    return this.#givingUp.signal
  }

  giveUp(): void {
    this.#givingUp.abort(new GivenUp())
  }
}

export type UnitHandler<V, Extra> = (
  batch: Batch<V>,
  context: Extra & { attempt: number; signal: AbortSignal },
) => void | Promise<void>

export interface UnitRunnerOptions<V, Extra extends object> {
  readonly protocol: Protocol<Extra>
  readonly handler: UnitHandler<V, Extra>
  readonly parse: ValueParser<V>
  readonly bounds: Bounds
  readonly clock: Clock
  readonly trace: Trace
  readonly ledger: Ledger
  readonly storeName: string
  readonly gate: PhaseGate | undefined
  /** Aborted when the run stops: no further attempt begins. */
  readonly stopping: AbortSignal
}

/** How long retriable trouble with store or brokers is sat out before a run ends with it. */
const outageMsMax = 300_000
const backoffMsMax = 30_000
const clockNudgeMsMax = 500

export class UnitRunner<V, Extra extends object> {
  readonly #options: UnitRunnerOptions<V, Extra>
  #committedAtMs = Number.NEGATIVE_INFINITY

  constructor(options: UnitRunnerOptions<V, Extra>) {
    this.#options = options
  }

  /** @throws TidemarkError what a person must look at; the unit was not committed (or, at most once, not processed). */
  async run(unit: Unit): Promise<UnitOutcome> {
    const { clock, gate, ledger } = this.#options
    const startedMs = clock.monotonicMs()
    if (gate) {
      await gate.enter(unit, 'fetched')
      if (unit.parts) return 'cut'
    }
    for (let failures = 0; ; ) {
      unit.attempt++
      const outcome = await this.#attempt(unit)
      if (outcome === 'committed') {
        this.#committed(unit, startedMs)
        if (gate) await gate.ended(unit, 'committed')
        return outcome
      }
      if (outcome === 'fenced' || outcome === 'givenUp') {
        if (outcome === 'givenUp') ledger.willBeRedone(unit.ranges)
        if (gate) await gate.ended(unit, outcome === 'fenced' ? 'fenced' : 'rolledBack')
        return outcome
      }
      const mustEnd = this.#mustEnd(unit, outcome, startedMs)
      this.#options.trace({
        kind: 'batchFailed',
        ...named(unit),
        attempt: unit.attempt,
        error: outcome.error,
        willRetry: !mustEnd,
      })
      if (mustEnd) {
        ledger.willBeRedone(this.#options.protocol.mayRetry ? unit.ranges : [])
        if (gate) await gate.ended(unit, 'failed', outcome.error)
        throw this.#finalError(unit, outcome)
      }
      await pause(
        clock,
        Math.min(this.#options.bounds.backoffMs * 2 ** failures++, backoffMsMax),
        this.#options.stopping,
      )
    }
  }

  /** Hands the unit's records to the user's handler; decides nothing. */
  handle(unit: Unit, extra: Extra, watch?: RecordWatch): void | Promise<void> {
    const { handler, parse } = this.#options
    return handler(new Batch(unit.slices, parse, watch), { ...extra, attempt: unit.attempt, signal: unit.signal })
  }

  async #attempt(unit: Unit): Promise<Exclude<UnitOutcome, 'cut'> | Failure> {
    const { protocol, trace } = this.#options
    trace({ kind: 'batchStarted', ...named(unit), records: unit.records, attempt: unit.attempt })
    try {
      await protocol.run(unit, this.#steps(unit))
      this.#options.gate?.replied(unit)
      return 'committed'
    } catch (thrown) {
      const error = thrown instanceof HandlerFailure ? thrown.cause : thrown
      if (error instanceof CommitUnknownError) return this.#settle(unit)
      if (error instanceof FencedError) {
        trace({ kind: 'fenced', partitions: error.partitions, reason: error.details.reason })
        return 'fenced'
      }
      if (thrown instanceof GivenUp || unit.signal.aborted) return 'givenUp'
      const isOutage = error instanceof TidemarkError && error.retriable
      const isHopeless = error instanceof TidemarkError && !error.retriable
      return { error, isFromHandler: thrown instanceof HandlerFailure, isOutage, isHopeless }
    }
  }

  #steps(unit: Unit): Steps<Extra> {
    const { gate } = this.#options
    const call = (extra: Extra, watch?: RecordWatch) => this.handle(unit, extra, watch)
    return {
      async handle(extra) {
        if (gate) await gate.enter(unit, 'processing')
        if (unit.records > 0) {
          try {
            const outcome = gate ? gate.handle(unit, extra, call) : call(extra)
            if (outcome !== undefined) await unlessGivenUp(unit, outcome)
          } catch (error) {
            if (error instanceof GivenUp) throw error
            if (gate) await gate.threw(unit, error)
            throw new HandlerFailure(error)
          }
        }
        unit.signal.throwIfAborted()
      },
      async saved() {
        if (gate) await gate.enter(unit, 'saved')
        unit.signal.throwIfAborted()
      },
    }
  }

  /**
   * A commit whose answer was lost, settled by what stands there now.
   *
   *   1. we commit 100..150, the store does it, the connection breaks before its answer
   *   2. all ranges at 150: done; all at 100: nothing happened, run again; anything else: another owner has moved on
   */
  async #settle(unit: Unit): Promise<Exclude<UnitOutcome, 'cut'> | Failure> {
    const { protocol, clock, stopping, ledger, trace, bounds } = this.#options
    const startedMs = clock.monotonicMs()
    for (let failures = 0; ; ) {
      try {
        const stored = new Map((await protocol.positions(unit.ranges)).map(each => [partitionName(each), each.offset]))
        const standsAt = (end: 'fromOffset' | 'untilOffset') =>
          unit.ranges.every(range => stored.get(partitionName(range)) === range[end])
        const settledAs = standsAt('untilOffset') ? 'committed' : standsAt('fromOffset') ? 'redo' : 'fenced'
        trace({ kind: 'commitUnknown', batchId: unit.batchId, settledAs })
        if (settledAs !== 'redo') return settledAs
        const error = new CommitUnknownError('the store', 'it had not taken effect')
        return { error, isFromHandler: false, isOutage: true, isHopeless: false }
      } catch (error) {
        const isLate = clock.monotonicMs() - startedMs > outageMsMax
        if (stopping.aborted || isLate || !(error instanceof TidemarkError && error.retriable)) {
          trace({ kind: 'commitUnknown', batchId: unit.batchId, settledAs: 'unknown' })
          ledger.unknown(unit.ranges)
          throw error
        }
        trace({ kind: 'retrying', what: 'reading the committed offsets back', attempt: ++failures, error })
        await pause(clock, Math.min(bounds.backoffMs * 2 ** failures, backoffMsMax), stopping)
      }
    }
  }

  #mustEnd(unit: Unit, failure: Failure, startedMs: number): boolean {
    const { protocol, bounds, clock, stopping } = this.#options
    if (stopping.aborted || !protocol.mayRetry || failure.isHopeless) return true
    if (failure.isOutage) return clock.monotonicMs() - startedMs > outageMsMax
    return unit.attempt >= bounds.attemptsMax
  }

  #finalError(unit: Unit, { error, isFromHandler }: Failure): unknown {
    if (!isFromHandler) return error
    const effect = this.#options.protocol.failureEffect
    const details = { ranges: unit.ranges, attempts: unit.attempt, reason: reasonOf(error), effect }
    return new TidemarkError('HANDLER_FAILED', details, { cause: error })
  }

  #committed(unit: Unit, startedMs: number): void {
    const { ledger, trace, clock } = this.#options
    for (const [index, owned] of unit.owned.entries()) {
      owned.position = unit.ranges[index]?.untilOffset ?? owned.position
    }
    ledger.committed(unit.ranges, unit.records)
    this.#watchClock()
    trace({
      kind: 'batchCommitted',
      ...named(unit),
      records: unit.records,
      durationMs: clock.monotonicMs() - startedMs,
    })
  }

  /** Deadlines are measured with time that only grows; what a set-back clock changes is what people read in the proof records. */
  #watchClock(): void {
    const { clock, trace, storeName } = this.#options
    const nowMs = clock.nowMs()
    const byMs = this.#committedAtMs - nowMs
    this.#committedAtMs = nowMs
    // Time services nudge a clock by some milliseconds all the time.
    if (byMs > clockNudgeMsMax)
      trace({ kind: 'notice', error: new TidemarkError('CLOCK_MOVED_BACK', { byMs, store: storeName }) })
  }
}

interface Failure {
  readonly error: unknown
  readonly isFromHandler: boolean
  /** Store or brokers are in trouble that may pass by itself. */
  readonly isOutage: boolean
  /** Another attempt would fail in the same way. */
  readonly isHopeless: boolean
}

class HandlerFailure extends Error {
  constructor(cause: unknown) {
    super('The handler failed.', { cause })
  }
}

class GivenUp extends Error {
  constructor() {
    super(
      'The batch was given up: its partitions went to another owner, or the stop deadline passed. Nothing of it may be committed.',
    )
    this.name = 'AbortError'
  }
}

function unlessGivenUp(unit: Unit, outcome: Promise<void>): Promise<void> {
  if (unit.signal.aborted) return Promise.reject(unit.signal.reason)
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(unit.signal.reason)
    unit.signal.addEventListener('abort', onAbort, { once: true })
    outcome.then(resolve, reject).finally(() => unit.signal.removeEventListener('abort', onAbort))
  })
}

function named(unit: Unit): { readonly batchId: string; readonly ranges: readonly OffsetRange[] } {
  return { batchId: unit.batchId, ranges: unit.ranges }
}
