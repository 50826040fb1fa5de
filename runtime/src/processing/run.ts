/** One run of a processor, from the first connection to the last report. */
import type { FetchError, KafkaConnection } from '../clients/client.ts'
import { type Clock, pause, systemClock } from '../clock.ts'
import type { BatchSlice } from '../dataset/batch.ts'
import { bug, FencedError, TidemarkError } from '../errors.ts'
import type { Protocol } from '../guarantees/guarantee.ts'
import type { PartitionHandler } from '../processor.ts'
import { type Random, systemRandom } from '../random.ts'
import { partitionName, type TopicPartition } from '../semantics/ranges.ts'
import type { DataLossAnswer, LossReport } from '../semantics/start.ts'
import { type Trace, warningsTrace } from '../trace.ts'
import { adopt } from './adoption.ts'
import { Bell } from './bell.ts'
import { fetchFailure } from './fetchFailure.ts'
import { Group } from './group.ts'
import { Intake } from './intake.ts'
import { Lane } from './lane.ts'
import { Ledger, type StopReport } from './ledger.ts'
import { Mirror } from './mirror.ts'
import type { Bounds, ProcessorOptions } from './options.ts'
import type { OwnedPartition } from './owned.ts'
import { Patience, within } from './patience.ts'
import { onSignals } from './signals.ts'
import { Unit, type UnitHandler, UnitRunner } from './unit.ts'

export interface RunHandler<V, Extra> {
  readonly call: PartitionHandler<V, Extra>
  readonly isPerPartition: boolean
}

/** How long trouble with brokers or store is sat out before the run ends with it. */
const outageMsMax = 300_000
/** What an end may take after the batch in flight: leaving the group, closing connections. */
const closeMsMax = 5_000
/** Between a partition's fetch error and the next look at it: a topic may be on its way. */
const lookAgainMs = 200
/** Takeovers in a row that the group knows nothing of, before the run ends. */
const fencesMax = 3

export class Run<V, Extra extends object> {
  readonly #options: ProcessorOptions<V, Extra>
  readonly #bounds: Bounds
  readonly #handler: RunHandler<V, Extra>
  readonly #clock: Clock
  readonly #random: Random
  readonly #trace: Trace
  readonly #ledger = new Ledger()
  readonly #bell = new Bell()
  readonly #stopping = new AbortController()
  readonly #patience: Patience
  readonly #runId: string
  readonly #units = new Map<Unit, Promise<unknown>>()
  readonly #lanes = new Set<Promise<void>>()
  readonly #fences = new Map<string, number>()
  readonly #result: Promise<StopReport>
  #sequence = 0
  #deadlineMs: number
  #mustRejoin = false
  #failure: { readonly error: unknown } | undefined
  #batchLane: Promise<void> | undefined
  #connection: KafkaConnection | undefined
  #protocol: Protocol<Extra> | undefined
  #group: Group | undefined
  #intake: Intake | undefined
  #mirror: Mirror | undefined
  #runner: UnitRunner<V, Extra> | undefined

  constructor(options: ProcessorOptions<V, Extra>, bounds: Bounds, handler: RunHandler<V, Extra>) {
    this.#options = options
    this.#bounds = bounds
    this.#handler = handler
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? systemRandom
    this.#trace = options.trace ?? warningsTrace
    this.#deadlineMs = bounds.stopDeadlineMs
    this.#patience = new Patience(this.#clock, this.#trace, this.#stopping.signal)
    this.#runId = this.#random.id().slice(0, 8)
    this.#result = this.#main()
  }

  result(): Promise<StopReport> {
    return this.#result
  }

  async stop(reason: string, deadlineMs: number): Promise<StopReport> {
    if (!this.#stopping.signal.aborted) {
      this.#deadlineMs = deadlineMs
      this.#trace({ kind: 'stopping', reason })
      this.#stopping.abort()
      this.#bell.ring()
    }
    return this.#result.catch(() => this.#ledger.report())
  }

  async #main(): Promise<StopReport> {
    const release =
      this.#options.handleSignals === false
        ? () => {}
        : onSignals(signal => void this.stop(`${signal} was received`, this.#bounds.stopDeadlineMs))
    let failure: { readonly error: unknown } | undefined
    try {
      await this.#open()
      await this.#serve()
    } catch (error) {
      failure = { error }
    }
    await this.#shutDown()
    release()
    failure ??= this.#failure
    this.#trace({ kind: 'stopped', error: failure?.error })
    if (failure) throw failure.error
    return this.#ledger.report()
  }

  async #open(): Promise<void> {
    const { client, groupId, topics, guarantee, isolation } = this.#options
    const connection = await client.connect()
    this.#connection = connection
    if (!(topics instanceof RegExp)) {
      const known = await connection.describeTopics(topics)
      const unknown = topics.filter(topic => !known.some(each => each.topic === topic))
      if (unknown.length > 0) throw new TidemarkError('TOPIC_UNKNOWN', { topics: unknown })
    }
    const group = this.#newGroup(connection)
    this.#group = group
    this.#protocol = await guarantee.open({
      clientName: client.name,
      capabilities: client.capabilities,
      connection,
      groupId,
      membership: () => group.membership(),
      clock: this.#clock,
      random: this.#random,
      proofRecordsMax: this.#bounds.proofRecordsMax,
      patiently: (what, request) => this.#patience.run(what, outageMsMax, request),
    })
    this.#trace({
      kind: 'started',
      groupId,
      guarantee: guarantee.name,
      client: client.name,
      store: guarantee.storeName,
    })
    if (this.#protocol.isMirrored && this.#options.mirrorCommits !== false) {
      this.#mirror = new Mirror(() => group.current, this.#clock, this.#trace)
    }
    this.#runner = this.#newRunner(this.#protocol)
    this.#intake = new Intake({
      connection,
      isolation: isolation ?? 'read_committed',
      ...this.#bounds,
      clock: this.#clock,
      onPartitionError: (partition, error) => this.#onPartitionError(partition, error),
      onTrouble: (error, attempt) => this.#trace({ kind: 'retrying', what: 'fetching', attempt, error }),
    })
    await this.#patience.run('joining the group', outageMsMax, () => group.join())
  }

  /** Until the run stops: adopts what the group gives, and starts lanes for it. */
  async #serve(): Promise<void> {
    const group = this.#group ?? bug('serve before open')
    while (!this.#stopping.signal.aborted) {
      if (this.#failure) throw this.#failure.error
      if (group.error) throw group.error
      if (this.#mustRejoin) await this.#rejoin(group)
      const incoming = group.takeIncoming()
      if (incoming.length > 0) await this.#adopt(group, incoming)
      if (this.#isDrained(group)) return
      await this.#bell.wait()
    }
  }

  async #adopt(group: Group, incoming: readonly TopicPartition[]): Promise<void> {
    const connection = this.#connection ?? bug('adoption before the connection')
    const protocol = this.#protocol ?? bug('adoption before the guarantee')
    const { groupId, startingOffsets, trigger } = this.#options
    let adopted: OwnedPartition[]
    try {
      adopted = await this.#patience.run('reading where partitions start', outageMsMax, () =>
        adopt(incoming, {
          connection,
          protocol,
          groupId,
          startingOffsets: startingOffsets ?? 'earliest',
          isAvailableNow: trigger === 'availableNow',
          answerLoss: reports => this.#answerLoss(reports),
        }),
      )
    } catch (error) {
      if (!(error instanceof FencedError)) throw error
      // Somebody moved a position while we looked: we look again, unless the partition has gone to them.
      this.#trace({ kind: 'fenced', partitions: error.partitions, reason: error.details.reason })
      for (const each of incoming) this.#fencedOutside(each)
      return
    }
    const ours = adopted.filter(each => group.isAssigned(each))
    this.#trace({
      kind: 'assigned',
      partitions: ours.map(({ topic, partition, position }) => ({ topic, partition, offset: position })),
    })
    this.#mirror?.note(
      ours.map(({ topic, partition, position }) => ({ topic, partition, fromOffset: position, untilOffset: position })),
    )
    this.#intake?.add(ours)
    this.#startLanes(ours)
  }

  #startLanes(adopted: readonly OwnedPartition[]): void {
    const intake = this.#intake ?? bug('lanes before the intake')
    if (this.#handler.isPerPartition) {
      for (const owned of adopted)
        this.#startLane(
          () => [owned],
          () => !owned.isOurs,
        )
    } else
      this.#batchLane ??= this.#startLane(
        () => [...intake.partitions],
        () => false,
      )
  }

  #startLane(partitions: () => readonly OwnedPartition[], isOver: () => boolean): Promise<void> {
    const lane = new Lane({
      intake: this.#intake ?? bug('a lane before the intake'),
      bounds: this.#bounds,
      trigger: this.#options.trigger ?? 'asFastAsPossible',
      clock: this.#clock,
      stopping: this.#stopping.signal,
      partitions,
      isOver: () => isOver() || this.#failure !== undefined,
      runUnit: (slices, planId) => this.#runUnit(slices, planId),
    })
    const ended = lane.run().catch(error => this.#fail(error))
    this.#lanes.add(ended)
    void ended.then(() => this.#lanes.delete(ended))
    return ended
  }

  async #runUnit(slices: readonly BatchSlice[], planId: string | undefined): Promise<void> {
    if (slices.length === 0) return
    const byName = new Map([...(this.#intake?.partitions ?? [])].map(each => [partitionName(each), each]))
    const owned = slices.map(
      ({ range }) => byName.get(partitionName(range)) ?? bug(`a slice of ${partitionName(range)}, which is not ours`),
    )
    const sequence = ++this.#sequence
    const batchId = planId ?? `${this.#runId}-${sequence}`
    const unit = new Unit({ batchId, sequence, slices, owned, startedAtMs: this.#clock.nowMs() })
    const running = (this.#runner ?? bug('a unit before the runner')).run(unit)
    this.#units.set(
      unit,
      running.catch(() => {}),
    )
    try {
      const outcome = await running
      if (outcome === 'committed') {
        this.#mirror?.note(unit.ranges)
        if (this.#fences.size > 0) for (const range of unit.ranges) this.#fences.delete(partitionName(range))
      } else if (outcome === 'fenced') this.#stopOwning(unit)
    } finally {
      this.#units.delete(unit)
      if (this.#options.trigger === 'availableNow') this.#bell.ring()
    }
  }

  // Losing partitions

  /** A fence means that somebody else goes on with these partitions: nothing more of them runs here until the group gives them anew. */
  #stopOwning(unit: Unit): void {
    for (const owned of unit.owned) {
      if (owned.isOurs) this.#fencedOutside(owned)
      this.#intake?.remove(owned)
    }
  }

  /**
   * If the group says nothing about a fence within a few heartbeats, it does not know of it. Then we leave and join again, which reads
   * every position afresh; after several such fences in a row something outside the group moves our offsets, and the run ends.
   */
  #fencedOutside(partition: TopicPartition): void {
    const name = partitionName(partition)
    this.#clock.after(Math.max(1_000, this.#bounds.heartbeatIntervalMs * 2), () => {
      const isOwnedAnew = [...(this.#intake?.partitions ?? [])].some(each => partitionName(each) === name)
      if (isOwnedAnew || this.#stopping.signal.aborted || !this.#group?.isAssigned(partition)) return
      const times = (this.#fences.get(name) ?? 0) + 1
      this.#fences.set(name, times)
      if (times > fencesMax) {
        const store = this.#options.guarantee.storeName
        this.#fail(new TidemarkError('FENCED_REPEATEDLY', { partitions: [partition], times, store }))
      }
      this.#mustRejoin = true
      this.#bell.ring()
    })
  }

  async #rejoin(group: Group): Promise<void> {
    this.#mustRejoin = false
    await this.#drain([...(this.#intake?.partitions ?? [])], this.#bounds.rebalanceTimeoutMs)
    await within(
      this.#clock,
      closeMsMax,
      group.leave().catch(() => {}),
    )
    await this.#patience.run('joining the group', outageMsMax, () => group.join())
  }

  /** Starts nothing more on these partitions, and waits for what runs. Says whether all of it ended by itself. */
  async #drain(partitions: readonly TopicPartition[], deadlineMs: number): Promise<boolean> {
    const names = new Set(partitions.map(partitionName))
    this.#forget(names)
    const running = [...this.#units].filter(([unit]) => unit.ranges.some(range => names.has(partitionName(range))))
    const ended = await within(this.#clock, deadlineMs, Promise.all(running.map(([, done]) => done)))
    if (ended === undefined) for (const [unit] of running) unit.giveUp()
    else await this.#mirror?.flush()
    for (const name of names) this.#mirror?.forget(name)
    return ended !== undefined
  }

  #drop(partitions: readonly TopicPartition[]): void {
    const names = new Set(partitions.map(partitionName))
    this.#forget(names)
    for (const name of names) this.#mirror?.forget(name)
    for (const unit of this.#units.keys()) if (unit.ranges.some(range => names.has(partitionName(range)))) unit.giveUp()
  }

  #forget(names: ReadonlySet<string>): void {
    for (const owned of [...(this.#intake?.partitions ?? [])])
      if (names.has(partitionName(owned))) this.#intake?.remove(owned)
  }

  // Trouble

  async #onPartitionError(partition: OwnedPartition, error: FetchError): Promise<void> {
    this.#intake?.remove(partition)
    const failure = fetchFailure(partition, error)
    if (failure) this.#fail(failure)
    else void this.#lookAgain(partition).catch(cause => this.#fail(cause))
  }

  /** The position fits the log no more (retention passed it, or the topic is another one): adopted anew, under the same policy as at the start. */
  async #lookAgain(partition: OwnedPartition): Promise<void> {
    await this.#drain([partition], this.#bounds.rebalanceTimeoutMs)
    await pause(this.#clock, lookAgainMs, this.#stopping.signal)
    this.#group?.requeue(partition)
  }

  async #answerLoss(reports: readonly LossReport[]): Promise<DataLossAnswer> {
    const { onDataLoss = 'fail', askOnDataLoss } = this.#options
    const answer = onDataLoss === 'ask' ? ((await askOnDataLoss?.(reports)) ?? 'fail') : onDataLoss
    this.#trace({ kind: 'dataLoss', reports, answer })
    return answer
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#bell.ring()
  }

  // Ends

  #isDrained(group: Group): boolean {
    if (this.#options.trigger !== 'availableNow' || this.#units.size > 0) return false
    const owned = new Map([...(this.#intake?.partitions ?? [])].map(each => [partitionName(each), each]))
    return group.current?.assignment.every(each => owned.get(partitionName(each))?.isAtEnd) === true
  }

  async #shutDown(): Promise<void> {
    this.#stopping.abort()
    const ended = await within(this.#clock, this.#deadlineMs, Promise.all(this.#lanes))
    if (ended === undefined) {
      for (const unit of this.#units.keys()) unit.giveUp()
      await within(this.#clock, closeMsMax, Promise.all(this.#lanes))
    }
    // Stuck in a commit: only the store knows.
    for (const unit of this.#units.keys()) this.#ledger.unknown(unit.ranges)
    const steps = [
      () => this.#mirror?.flush(),
      () => this.#intake?.close(),
      () => this.#group?.leave(),
      () => this.#protocol?.close(),
      () => this.#connection?.close(),
    ]
    for (const step of steps)
      await within(
        this.#clock,
        closeMsMax,
        Promise.resolve()
          .then(step)
          .catch(() => {}),
      )
  }

  // Parts

  #newGroup(connection: KafkaConnection): Group {
    const { groupId, topics, groupInstanceId } = this.#options
    return new Group({
      connection,
      groupId,
      topics,
      groupInstanceId,
      bounds: this.#bounds,
      clock: this.#clock,
      trace: this.#trace,
      bell: this.#bell,
      drain: (partitions, deadlineMs) => this.#drain(partitions, deadlineMs),
      drop: partitions => this.#drop(partitions),
    })
  }

  #newRunner(protocol: Protocol<Extra>): UnitRunner<V, Extra> {
    const { call, isPerPartition } = this.#handler
    const handler: UnitHandler<V, Extra> = (batch, context) =>
      call(batch, { ...context, offsetRange: batch.offsetRanges[0] ?? bug('a batch without a range') })
    return new UnitRunner({
      protocol,
      handler: isPerPartition ? handler : (call as UnitHandler<V, Extra>),
      parse: this.#options.value,
      bounds: this.#bounds,
      clock: this.#clock,
      trace: this.#trace,
      ledger: this.#ledger,
      gate: undefined,
      stopping: this.#stopping.signal,
    })
  }
}
