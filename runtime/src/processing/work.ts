/** The units in flight and the lanes that start them; and how a partition is given up without leaving any behind. */
import { type Clock, pause } from '../clock.ts'
import { TidemarkError } from '../errors.ts'
import { partitionName, type TopicPartition } from '../semantics/ranges.ts'
import type { Trace } from '../trace.ts'
import type { Adopted } from './adoption.ts'
import type { Group } from './group.ts'
import type { Intake } from './intake.ts'
import { Lane } from './lane.ts'
import type { Mirror } from './mirror.ts'
import type { Bounds, Trigger } from './options.ts'
import type { OwnedPartition, Taken } from './owned.ts'
import { within } from './patience.ts'
import { Unit, type UnitOutcome } from './unit.ts'

export interface WorkOptions {
  readonly intake: Intake
  readonly group: Group
  readonly mirror: Mirror | undefined
  readonly bounds: Bounds
  readonly trigger: Trigger
  readonly isPerPartition: boolean
  readonly storeName: string
  /** Distinguishes this run's batches from those of other runs. */
  readonly runId: string
  readonly clock: Clock
  readonly trace: Trace
  readonly stopping: AbortSignal
  runUnit(unit: Unit): Promise<UnitOutcome>
  /** Ends the run with this error. */
  fail(error: unknown): void
  /** The group must be left and joined again. */
  rejoin(): void
  /** A unit has ended. */
  onUnitEnded(): void
}

/** Takeovers in a row that the group knows nothing of, before the run ends. */
const fencesMax = 3

/** Between a partition's trouble and the next look at it: a topic may be on its way. */
const lookAgainMs = 200

export class Work {
  readonly #options: WorkOptions
  readonly #units = new Map<Unit, Promise<unknown>>()
  readonly #lanes = new Set<Promise<void>>()
  readonly #fences = new Map<string, number>()
  #hasBatchLane = false
  #hasFailed = false
  #sequence = 0

  constructor(options: WorkOptions) {
    this.#options = options
  }

  get unitsInFlight(): readonly Unit[] {
    return [...this.#units.keys()]
  }

  /** Starts working on partitions that were adopted. */
  start({ owned: adopted, guests }: Adopted): void {
    const { intake, isPerPartition } = this.#options
    const names = new Set(adopted.map(partitionName))
    for (const each of [...intake.partitions]) if (each.isGuest && names.has(partitionName(each))) intake.remove(each)
    const present = new Set([...intake.partitions].map(partitionName))
    intake.add([...adopted, ...guests.filter(each => !present.has(partitionName(each)))])
    if (isPerPartition) {
      for (const owned of adopted)
        this.#startLane(
          () => [owned],
          () => !owned.isOurs,
        )
    } else if (!this.#hasBatchLane) {
      this.#hasBatchLane = true
      this.#startLane(
        () => [...intake.partitions],
        () => false,
      )
    }
  }

  /** Starts nothing more on these partitions, and waits for what runs. Says whether all of it ended by itself. */
  async drain(partitions: readonly TopicPartition[], deadlineMs: number): Promise<boolean> {
    const names = new Set(partitions.map(partitionName))
    this.#forget(names)
    const running = [...this.#units].filter(([unit]) => touches(unit, names))
    const ended = await within(this.#options.clock, deadlineMs, Promise.all(running.map(([, done]) => done)))
    if (ended === undefined) for (const [unit] of running) unit.giveUp()
    else await this.#options.mirror?.flush()
    for (const name of names) this.#options.mirror?.forget(name)
    return ended !== undefined
  }

  /** Forgets these partitions at once: nothing of them may be committed any more. */
  drop(partitions: readonly TopicPartition[]): void {
    const names = new Set(partitions.map(partitionName))
    this.#forget(names)
    for (const name of names) this.#options.mirror?.forget(name)
    for (const unit of this.#units.keys()) if (touches(unit, names)) unit.giveUp()
  }

  /**
   * Reads anew where partitions of ours stand, once what runs on them has ended: the position fits the log no more (retention passed it,
   * or the topic is another one), or a frozen batch is no longer whole. Adopted under the same policy as at the start.
   */
  lookAgain(parts: readonly OwnedPartition[]): void {
    const { clock, stopping, intake, group, bounds, fail } = this.#options
    const ours = parts.filter(part => !part.isGuest && group.isAssigned(part))
    for (const part of parts) intake.remove(part)
    const again = async () => {
      await this.drain(ours, bounds.rebalanceTimeoutMs)
      await pause(clock, lookAgainMs, stopping)
      // Meanwhile it may have been taken away and given anew: then it is being looked at already.
      for (const part of ours) if (!this.#isOwned(partitionName(part))) group.requeue(part)
    }
    if (ours.length > 0) void again().catch(fail)
  }

  #isOwned(name: string): boolean {
    return [...this.#options.intake.partitions].some(each => !each.isGuest && partitionName(each) === name)
  }

  /** After the stop was announced: waits for the lanes, then gives their units up. Answers those that are stuck in a commit even then. */
  async end(deadlineMs: number, graceMs: number): Promise<readonly Unit[]> {
    const { clock, trace } = this.#options
    const ended = await within(clock, deadlineMs, Promise.all(this.#lanes))
    if (ended === undefined) {
      if (this.#units.size > 0) trace({ kind: 'notice', error: new TidemarkError('STOP_DEADLINE', { deadlineMs }) })
      for (const unit of this.#units.keys()) unit.giveUp()
      await within(clock, graceMs, Promise.all(this.#lanes))
    }
    return this.unitsInFlight
  }

  /**
   * A fence means that somebody else goes on with the partition: nothing more of it runs here until the group gives it anew.
   *
   * If the group says nothing within a few heartbeats, it does not know of it. Then we leave and join again, which reads every position
   * afresh; after several such fences in a row something outside the group moves our offsets, and the run ends.
   */
  fenced(partition: TopicPartition): void {
    const { clock, bounds, stopping, group } = this.#options
    const name = partitionName(partition)
    clock.after(Math.max(1_000, bounds.heartbeatIntervalMs * 2), () => {
      if (this.#isOwned(name) || stopping.aborted || !group.isAssigned(partition)) return
      const times = (this.#fences.get(name) ?? 0) + 1
      this.#fences.set(name, times)
      if (times > fencesMax) {
        const details = { partitions: [partition], times, store: this.#options.storeName }
        this.#options.fail(new TidemarkError('FENCED_REPEATEDLY', details))
      } else this.#options.rejoin()
    })
  }

  #startLane(partitions: () => readonly OwnedPartition[], isOver: () => boolean): void {
    const { intake, bounds, trigger, clock, stopping } = this.#options
    const lane = new Lane({
      intake,
      bounds,
      trigger,
      clock,
      stopping,
      partitions,
      isOver: () => this.#hasFailed || isOver(),
      lookAgain: parts => this.lookAgain(parts),
      runUnit: (taken, planId) => this.#runUnit(taken, planId),
    })
    const ended = lane.run().catch(error => {
      this.#hasFailed = true
      this.#options.fail(error)
    })
    this.#lanes.add(ended)
    void ended.then(() => this.#lanes.delete(ended))
  }

  async #runUnit(taken: readonly Taken[], planId: string | undefined): Promise<void> {
    if (taken.length === 0) return
    const { runId, clock, mirror, intake } = this.#options
    const sequence = ++this.#sequence
    const unit = new Unit({
      batchId: planId ?? `${runId}-${sequence}`,
      sequence,
      slices: taken.map(each => each.slice),
      owned: taken.map(each => each.owned),
      startedAtMs: clock.nowMs(),
      isFrozen: planId !== undefined,
    })
    const running = this.#options.runUnit(unit)
    this.#units.set(
      unit,
      running.catch(() => {}),
    )
    try {
      const outcome = await running
      if (outcome === 'committed') {
        mirror?.note(unit.ranges.filter((_range, index) => !unit.owned[index]?.isGuest))
        if (this.#fences.size > 0) for (const range of unit.ranges) this.#fences.delete(partitionName(range))
      } else if (outcome === 'fenced') this.#stopOwning(unit.owned)
      else if (outcome === 'cut') await this.#runParts(unit)
    } finally {
      for (const owned of unit.owned) if (owned.isGuest) intake.remove(owned)
      this.#units.delete(unit)
      this.#options.onUnitEnded()
    }
  }

  /**
   * A debugger cut the unit: its parts run one after the other, each committing by itself.
   *
   * Why a part looks where its partition stands: an earlier part of the same partition that did not commit leaves the position where it
   * was, and committing the later one would step over records. The partition is then taken up anew, from its position.
   */
  async #runParts({ parts = [] }: Unit): Promise<void> {
    for (const part of parts) {
      if (this.#options.stopping.aborted) return
      const ours = part.filter(({ owned }) => owned.isOurs)
      const broken = ours.filter(({ owned, slice }) => owned.position !== slice.range.fromOffset)
      this.#stopOwning(broken.map(({ owned }) => owned))
      await this.#runUnit(
        ours.filter(each => !broken.includes(each)),
        undefined,
      )
    }
  }

  #stopOwning(partitions: readonly OwnedPartition[]): void {
    // Another member has committed the same frozen batch, or holds it: where it stands decides.
    if (partitions.some(owned => owned.isGuest)) {
      this.lookAgain(partitions)
      return
    }
    for (const owned of partitions) {
      if (owned.isOurs) this.fenced(owned)
      this.#options.intake.remove(owned)
    }
  }

  #forget(names: ReadonlySet<string>): void {
    const { intake } = this.#options
    for (const owned of [...intake.partitions]) if (names.has(partitionName(owned))) intake.remove(owned)
    const left = [...intake.partitions]
    // A guest is there for a batch of ours: without a part of ours it has nothing to wait for.
    const batches = new Set(left.map(each => (each.isGuest ? undefined : each.plan?.batchId)))
    for (const each of left) if (each.isGuest && each.plan && !batches.has(each.plan.batchId)) intake.remove(each)
  }
}

function touches(unit: Unit, names: ReadonlySet<string>): boolean {
  return unit.ranges.some(range => names.has(partitionName(range)))
}
