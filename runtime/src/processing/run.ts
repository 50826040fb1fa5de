/**
 * One run of a processor, from the first connection to the last report.
 *
 * Three flows share it. The group says which partitions are ours. The intake fetches ahead. Lanes take slices and run them as units under
 * the guarantee's protocol: one lane over all partitions for `foreachBatch`, a lane a partition for `foreachPartition`.
 */
import type { FetchError, KafkaConnection } from '../clients/client.ts'
import { type Clock, systemClock } from '../clock.ts'
import type { Attachment } from '../control/attach.ts'
import { bug, FencedError, TidemarkError } from '../errors.ts'
import type { Protocol } from '../guarantees/guarantee.ts'
import { controlScratchGroupVariable } from '../protocol.ts'
import { type Random, systemRandom } from '../random.ts'
import { partitionName } from '../semantics/ranges.ts'
import type { LossReport } from '../semantics/start.ts'
import { type Trace, warningsTrace } from '../trace.ts'
import { type Adopted, adopt, answerOf } from './adoption.ts'
import { attachEditor } from './attachEditor.ts'
import { Bell } from './bell.ts'
import { fetchFailure } from './fetchFailure.ts'
import { type Assignment, Group } from './group.ts'
import { type RunHandler, unitHandlerOf } from './handler.ts'
import { Intake } from './intake.ts'
import { Ledger, type StopReport } from './ledger.ts'
import { Mirror } from './mirror.ts'
import type { Bounds, ProcessorOptions } from './options.ts'
import type { OwnedPartition } from './owned.ts'
import { Patience, within } from './patience.ts'
import { onSignals } from './signals.ts'
import { UnitRunner } from './unit.ts'
import { Work } from './work.ts'

/** How long trouble with brokers or store is sat out before the run ends with it. */
const outageMsMax = 300_000
/** What an end may take after the batch in flight: leaving the group, closing connections. */
const closeMsMax = 5_000

/** Everything that exists once the run is open. */
interface Parts<Extra extends object> {
  readonly connection: KafkaConnection
  readonly protocol: Protocol<Extra>
  readonly group: Group
  readonly intake: Intake
  readonly mirror: Mirror | undefined
  readonly work: Work
}

export class Run<V, Extra extends object> {
  readonly #options: ProcessorOptions<V, Extra>
  readonly #bounds: Bounds
  readonly #handler: RunHandler<V, Extra>
  readonly #clock: Clock
  readonly #random: Random
  #trace: Trace
  readonly #ledger = new Ledger()
  readonly #bell = new Bell()
  readonly #stopping = new AbortController()
  readonly #patience: Patience
  readonly #groupId: string
  readonly #result: Promise<StopReport>
  #deadlineMs: number
  #mustRejoin = false
  #failure: { readonly error: unknown } | undefined
  #connection: KafkaConnection | undefined
  #parts: Parts<Extra> | undefined
  #editor: Attachment | undefined

  constructor(options: ProcessorOptions<V, Extra>, bounds: Bounds, handler: RunHandler<V, Extra>) {
    this.#options = options
    this.#bounds = bounds
    this.#handler = handler
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? systemRandom
    this.#trace = options.trace ?? warningsTrace
    this.#deadlineMs = bounds.stopDeadlineMs
    this.#patience = new Patience(this.#clock, this.#trace, this.#stopping.signal)
    this.#groupId = process.env[controlScratchGroupVariable] || options.groupId
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
      this.#editor?.gate.letGo()
      this.#bell.ring()
    }
    return this.#result.catch(() => this.#ledger.report())
  }

  async #main(): Promise<StopReport> {
    const onSignal = (signal: string) => void this.stop(`${signal} was received`, this.#bounds.stopDeadlineMs)
    const release = this.#options.handleSignals === false ? () => {} : onSignals(onSignal)
    let failure: { readonly error: unknown } | undefined
    try {
      this.#parts = await this.#open()
      await this.#serve(this.#parts)
    } catch (error) {
      failure = { error }
    }
    await this.#shutDown()
    release()
    failure ??= this.#failure
    const report = this.#ledger.report()
    if (this.#editor) await within(this.#clock, closeMsMax, this.#editor.ended(report, failure?.error))
    this.#trace({ kind: 'stopped', error: failure?.error })
    if (failure) throw failure.error
    return report
  }

  async #open(): Promise<Parts<Extra>> {
    const { client, topics, guarantee, groupId } = this.#options
    const connection = await client.connect()
    this.#connection = connection
    if (!(topics instanceof RegExp)) {
      const known = await connection.describeTopics(topics)
      const unknown = topics.filter(topic => !known.some(each => each.topic === topic))
      if (unknown.length > 0) throw new TidemarkError('TOPIC_UNKNOWN', { topics: unknown })
    }
    await this.#attachEditor(connection)
    const group = this.#newGroup(connection)
    const protocol = await guarantee.open({
      clientName: client.name,
      capabilities: client.capabilities,
      connection,
      groupId: this.#groupId,
      instanceId: this.#instanceId,
      membership: () => group.membership(),
      clock: this.#clock,
      random: this.#random,
      proofRecordsMax: this.#bounds.proofRecordsMax,
      isStepped: this.#editor !== undefined,
      notice: error => this.#trace({ kind: 'notice', error }),
      patiently: (what, request) => this.#patience.run(what, outageMsMax, request),
      ...(this.#groupId === groupId ? {} : { copyFromGroupId: groupId }),
    })
    const named = { guarantee: guarantee.name, client: client.name, store: guarantee.storeName }
    this.#trace({ kind: 'started', groupId: this.#groupId, ...named })
    const isMirrored = protocol.isMirrored && this.#options.mirrorCommits !== false
    const mirror = isMirrored ? new Mirror(() => group.current, this.#clock, this.#trace) : undefined
    const intake = this.#newIntake(connection)
    const work = this.#newWork(protocol, group, intake, mirror)
    const parts = { connection, protocol, group, intake, mirror, work }
    this.#parts = parts
    await this.#patience.run('joining the group', outageMsMax, () => group.join())
    return parts
  }

  /** Until the run stops: adopts what the group gives, and starts work on it. */
  async #serve(parts: Parts<Extra>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      if (this.#failure) throw this.#failure.error
      if (parts.group.error) throw parts.group.error
      if (this.#mustRejoin) await this.#rejoin(parts)
      const incoming = parts.group.takeIncoming()
      if (incoming.length > 0) await this.#adopt(parts, incoming)
      if (this.#isDrained(parts)) return
      await this.#bell.wait()
    }
  }

  async #adopt(
    { connection, protocol, group, mirror, work }: Parts<Extra>,
    incoming: readonly Assignment[],
  ): Promise<void> {
    const { startingOffsets = 'earliest', trigger } = this.#options
    const answerLoss = (reports: readonly LossReport[]) => answerOf(reports, this.#options, this.#trace)
    const isAvailableNow = trigger === 'availableNow'
    const { isPerPartition } = this.#handler
    const groupId = this.#groupId
    const options = { connection, protocol, groupId, startingOffsets, isAvailableNow, isPerPartition, answerLoss }
    let adopted: Adopted
    try {
      adopted = await this.#patience.run('reading where partitions start', outageMsMax, () => adopt(incoming, options))
    } catch (error) {
      if (!(error instanceof FencedError)) throw error
      // Somebody moved a position while we looked: we look again, unless the partition has gone to them.
      this.#trace({ kind: 'fenced', partitions: error.partitions, reason: error.details.reason })
      for (const each of incoming) work.fenced(each)
      return
    }
    const ours = adopted.owned.filter((_each, index) => group.isPresent(incoming[index] ?? bug('adopted too much')))
    const positions = ours.map(({ topic, partition, position }) => ({ topic, partition, offset: position }))
    this.#trace({ kind: 'assigned', partitions: positions })
    mirror?.note(
      ours.map(({ topic, partition, position }) => ({ topic, partition, fromOffset: position, untilOffset: position })),
    )
    work.start({ owned: ours, guests: adopted.guests })
  }

  async #rejoin({ group, intake, work }: Parts<Extra>): Promise<void> {
    this.#mustRejoin = false
    await work.drain([...intake.partitions], this.#bounds.rebalanceTimeoutMs)
    await within(
      this.#clock,
      closeMsMax,
      group.leave().catch(() => {}),
    )
    await this.#patience.run('joining the group', outageMsMax, () => group.join())
  }

  // Trouble

  #onPartitionError(partition: OwnedPartition, error: FetchError): void {
    // What another member's partition lacks, its owner answers; our batch that it was to take part in is looked at again without it.
    const failure = partition.isGuest ? undefined : fetchFailure(partition, error)
    if (failure) {
      this.#parts?.intake.remove(partition)
      this.#fail(failure)
    } else this.#parts?.work.lookAgain([partition])
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#bell.ring()
  }

  // Ends

  #isDrained({ group, intake, work }: Parts<Extra>): boolean {
    if (this.#options.trigger !== 'availableNow' || work.unitsInFlight.length > 0) return false
    const owned = new Map([...intake.partitions].filter(each => !each.isGuest).map(each => [partitionName(each), each]))
    return group.current?.assignment.every(each => owned.get(partitionName(each))?.isAtEnd) === true
  }

  async #shutDown(): Promise<void> {
    this.#stopping.abort()
    const stuck = (await this.#parts?.work.end(this.#deadlineMs, closeMsMax)) ?? []
    // Stuck in a commit: only the store knows.
    for (const unit of stuck) this.#ledger.unknown(unit.ranges)
    const steps = [
      () => this.#parts?.mirror?.flush(),
      () => this.#parts?.intake.close(),
      () => this.#parts?.group.leave(),
      () => this.#parts?.protocol.close(),
      () => this.#editor?.left(),
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
  async #attachEditor(connection: KafkaConnection): Promise<void> {
    const trace = this.#trace
    const editor = await attachEditor(this.#options, this.#handler, {
      connection,
      groupId: this.#groupId,
      clock: this.#clock,
      trace,
      membership: () => this.#parts?.group.membership() ?? bug('no group yet'),
      stop: deadlineMs => void this.stop('the editor asked for it', deadlineMs),
    })
    if (!editor) return
    this.#editor = editor
    this.#trace = event => {
      trace(event)
      editor.heard(event)
    }
  }

  get #instanceId(): string | undefined {
    return this.#editor ? this.#editor.groupInstanceId : this.#options.groupInstanceId
  }

  #newGroup(connection: KafkaConnection): Group {
    const work = () => this.#parts?.work ?? bug('the group called back before it was joined')
    return new Group({
      connection,
      groupId: this.#groupId,
      topics: this.#options.topics,
      groupInstanceId: this.#instanceId,
      bounds: this.#editor ? { ...this.#bounds, ...this.#editor.timeouts } : this.#bounds,
      clock: this.#clock,
      trace: this.#trace,
      bell: this.#bell,
      drain: (partitions, deadlineMs) => work().drain(partitions, deadlineMs),
      drop: partitions => work().drop(partitions),
    })
  }

  #newIntake(connection: KafkaConnection): Intake {
    return new Intake({
      connection,
      isolation: this.#options.isolation ?? 'read_committed',
      ...this.#bounds,
      clock: this.#clock,
      onPartitionError: (partition, error) => this.#onPartitionError(partition, error),
      onTrouble: (error, attempt) => this.#trace({ kind: 'retrying', what: 'fetching', attempt, error }),
    })
  }

  #newWork(protocol: Protocol<Extra>, group: Group, intake: Intake, mirror: Mirror | undefined): Work {
    const runner = this.#newRunner(protocol)
    this.#editor?.opened({
      rehearsal: protocol.rehearsal,
      handle: (unit, extra, watch) => runner.handle(unit, extra, watch),
    })
    return new Work({
      intake,
      group,
      mirror,
      bounds: this.#bounds,
      trigger: this.#options.trigger ?? 'asFastAsPossible',
      isPerPartition: this.#handler.isPerPartition,
      storeName: this.#options.guarantee.storeName,
      runId: this.#random.id().slice(0, 8),
      clock: this.#clock,
      trace: this.#trace,
      stopping: this.#stopping.signal,
      runUnit: unit => runner.run(unit),
      fail: error => this.#fail(error),
      rejoin: () => {
        this.#mustRejoin = true
        this.#bell.ring()
      },
      onUnitEnded: () => {
        if (this.#options.trigger === 'availableNow') this.#bell.ring()
      },
    })
  }

  #newRunner(protocol: Protocol<Extra>): UnitRunner<V, Extra> {
    return new UnitRunner({
      protocol,
      handler: unitHandlerOf(this.#handler),
      parse: this.#options.value,
      bounds: this.#bounds,
      clock: this.#clock,
      trace: this.#trace,
      ledger: this.#ledger,
      storeName: this.#options.guarantee.storeName,
      gate: this.#editor?.gate,
      stopping: this.#stopping.signal,
    })
  }
}
