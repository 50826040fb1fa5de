/** Takes slices of some partitions and runs them one unit after the other. What shares a lane keeps its order; lanes run beside each other. */
import { type Clock, pause } from '../clock.ts'
import { Bell } from './bell.ts'
import { byPartition, type Intake } from './intake.ts'
import type { Bounds, Trigger } from './options.ts'
import type { FrozenPart, OwnedPartition, Taken } from './owned.ts'

export interface LaneOptions {
  readonly intake: Intake
  readonly bounds: Bounds
  readonly trigger: Trigger
  readonly clock: Clock
  readonly stopping: AbortSignal
  /** The partitions to take from now. */
  partitions(): readonly OwnedPartition[]
  /** Whether this lane has nothing to do any more. */
  isOver(): boolean
  /** A frozen batch is not whole any more: where its parts stand must be read again. */
  lookAgain(parts: readonly OwnedPartition[]): void
  /** Runs one unit; rejects only with what ends the run. `planId` is the id under which the same ranges were frozen before. */
  runUnit(taken: readonly Taken[], planId: string | undefined): Promise<void>
}

/** Steps over markers and aborted records are committed by themselves when no record comes for so long. */
const idleCommitMs = 1_000

export class Lane {
  readonly #options: LaneOptions
  readonly #bell = new Bell()

  constructor(options: LaneOptions) {
    this.#options = options
  }

  async run(): Promise<void> {
    const { intake, stopping, runUnit } = this.#options
    const unlisten = intake.listen(this.#bell)
    const wake = () => this.#bell.ring()
    stopping.addEventListener('abort', wake)
    try {
      while (!stopping.aborted && !this.#options.isOver()) {
        await this.#untilTriggered()
        const work = await this.#next()
        if (work) await runUnit(work.taken, work.planId)
      }
    } finally {
      stopping.removeEventListener('abort', wake)
      unlisten()
    }
  }

  /** The next slices, or `undefined` when the lane should look around: a stop, or its partitions went away. */
  async #next(): Promise<{ readonly taken: readonly Taken[]; readonly planId: string | undefined } | undefined> {
    const { intake, bounds, clock, stopping } = this.#options
    const startedMs = clock.monotonicMs()
    let firstRecordMs: number | undefined
    for (;;) {
      if (stopping.aborted || this.#options.isOver()) return undefined
      const present = this.#options.partitions()
      const partitions = present.filter(each => !each.isGuest)
      const plan = partitions.find(each => each.isOurs && each.plan !== undefined)?.plan
      if (plan) {
        const taken = this.#takePlanned(present, plan)
        if (taken) return { taken, planId: plan.batchId }
        await this.#bell.wait()
        continue
      }
      const nowMs = clock.monotonicMs()
      if (partitions.some(each => each.bufferedRecords > 0)) {
        firstRecordMs ??= nowMs
        const waitMs = firstRecordMs + bounds.maxWaitMsPerBatch - nowMs
        if (waitMs <= 0 || this.#isFull(partitions)) return { taken: intake.take(partitions), planId: undefined }
        await this.#bellWithin(waitMs)
      } else if (partitions.some(each => each.hasProgress)) {
        const waitMs = startedMs + idleCommitMs - nowMs
        if (waitMs <= 0 || partitions.some(each => each.fetchOffset === each.endOffset)) {
          return { taken: intake.take(partitions), planId: undefined }
        }
        await this.#bellWithin(waitMs)
      } else await this.#bell.wait()
    }
  }

  /** The parts of one frozen batch, once all of them are fetched. */
  #takePlanned(partitions: readonly OwnedPartition[], plan: FrozenPart): Taken[] | undefined {
    const parts = partitions.filter(each => each.isOurs && each.plan?.batchId === plan.batchId)
    if (parts.length < plan.parts) {
      this.#options.lookAgain(parts)
      return undefined
    }
    if (parts.some(each => each.fetchOffset < (each.plan?.range.untilOffset ?? 0n))) return undefined
    const taken = parts.flatMap(owned => {
      const slice = owned.takePlanned()
      return slice ? [{ owned, slice }] : []
    })
    this.#options.intake.madeRoom()
    // In the order in which it ran the first time.
    return taken.sort(byPartition)
  }

  #isFull(partitions: readonly OwnedPartition[]): boolean {
    const { bounds } = this.#options
    let records = 0
    let bytes = 0
    for (const each of partitions) {
      records += each.bufferedRecords
      bytes += each.bufferedBytes
    }
    return records >= bounds.maxRecordsPerBatch || bytes >= Math.min(bounds.maxBytesPerBatch, bounds.prefetchBytesMax)
  }

  #nextTickMs: number | undefined

  /** Processing time: batches start on the beat; a batch that took longer than the beat is followed by the next one at once. */
  async #untilTriggered(): Promise<void> {
    const { trigger, clock, stopping } = this.#options
    if (typeof trigger !== 'object') return
    const nowMs = clock.monotonicMs()
    const dueMs = this.#nextTickMs ?? nowMs
    if (dueMs > nowMs) await pause(clock, dueMs - nowMs, stopping)
    this.#nextTickMs = Math.max(dueMs + trigger.processingTimeMs, nowMs)
  }

  async #bellWithin(waitMs: number): Promise<void> {
    const cancel = this.#options.clock.after(waitMs, () => this.#bell.ring())
    await this.#bell.wait()
    cancel()
  }
}
