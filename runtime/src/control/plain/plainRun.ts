/** Takes the batches of one kafkajs consumer through their phases, and knows what of them is committed. */
import type { Consumer, ConsumerRunConfig, EachBatchPayload, EachMessageHandler, Offsets } from 'kafkajs'
import { type Clock, pause } from '../../clock.ts'
import type { BatchSlice } from '../../dataset/batch.ts'
import { bug, reasonOf } from '../../errors.ts'
import type { BatchPhase, EndedParams, IfItDied, WirePlace } from '../../protocol.ts'
import { most } from '../../semantics/bigints.ts'
import { partitionName, type TopicPartition } from '../../semantics/ranges.ts'
import type { Met } from '../faultPlan.ts'
import type { ControlLink } from '../link.ts'
import type { ReplayCall } from '../replay.ts'
import type { Stepper } from '../stepper.ts'
import { wirePlace, wireRange } from '../wireRecords.ts'
import { fetchedOffset, PlainBatch } from './batch.ts'
import { ifPlainConsumerDied } from './ifItDied.ts'
import { messageOf, replayedBatch, watchMessages } from './replayedBatch.ts'
import { PlainReport } from './report.ts'
import type { Positions } from './scratch.ts'

/** How often kafkajs is asked for a heartbeat while a batch stands; it sends one when its own interval has passed. */
const heartbeatMs = 1_000

export interface PlainRunOptions {
  readonly consumer: Consumer
  readonly config: ConsumerRunConfig
  readonly positions: Positions
  readonly clock: Clock
  isFromBeginning(topic: string): boolean
}

export class PlainRun {
  readonly #options: PlainRunOptions
  readonly #committed: Positions
  readonly #report = new PlainReport()
  /** The latest batch of each partition, and the phase it is in. */
  readonly #latest = new Map<string, { readonly batch: PlainBatch; phase: BatchPhase; hasFailed: boolean }>()
  /** Partitions whose position the program has moved by itself. */
  readonly #sought = new Set<string>()
  #member: { readonly groupId: string; readonly memberId: string } | undefined
  #sequence = 0
  #stepper: Stepper<PlainBatch> | undefined
  #link: ControlLink | undefined
  #onEnd: () => Promise<void> = async () => {}

  constructor(options: PlainRunOptions) {
    this.#options = options
    this.#committed = options.positions
  }

  get isEachMessage(): boolean {
    return this.#options.config.eachMessage !== undefined
  }

  /** The program's own; kafkajs prefers eachMessage where both are given. */
  get handler(): ((...parameters: never[]) => unknown) | undefined {
    return this.#options.config.eachMessage ?? this.#options.config.eachBatch
  }

  get isAutoCommit(): boolean {
    return this.#options.config.autoCommit !== false
  }

  /** What a fault that meets this batch is told. */
  met(batch: PlainBatch, phase: BatchPhase, read: WirePlace | undefined): Met {
    const { range, handledUntil, begunUntil } = batch
    const name = partitionName(range)
    const again = this.#stepper?.logOf(batch)?.againOutside
    const upTo = (until: bigint) => (until > range.fromOffset ? [wireRange({ ...range, untilOffset: until })] : [])
    const { topic, partition } = range
    const committed = this.#committed.get(name)
    const readUntil = read ? BigInt(read.offset) + 1n : begunUntil
    return {
      batch: this.#stepper?.state(batch, phase) ?? bug('a fault without a stepper'),
      begun: upTo(this.#options.config.eachMessage ? begunUntil : readUntil),
      done: upTo(handledUntil),
      committed: committed === undefined ? [] : [wirePlace({ topic, partition, offset: committed })],
      ...(again === undefined ? {} : { again }),
    }
  }

  get member(): { readonly groupId: string; readonly memberId: string } | undefined {
    return this.#member
  }

  /** Runs the program's handler over records fetched again; nothing of it is resolved or committed. */
  async replay(slices: readonly BatchSlice[], { watch, noted }: ReplayCall): Promise<void> {
    for (const slice of slices) {
      const { topic, partition } = slice.range
      const { eachMessage, eachBatch } = this.#options.config
      if (eachMessage)
        for (const record of slice.records)
          await noted(() => {
            watch.onRead(record)
            return eachMessage({
              topic,
              partition,
              message: messageOf(record),
              heartbeat: async () => {},
              pause: () => () => {},
            })
          })
      else if (eachBatch && slice.records.length > 0)
        await noted(() => eachBatch(replayedBatch(slice, messageOf, record => watch.onRead(record))))
    }
  }

  /** What kafkajs is run with in place of the program's own configuration. */
  stepped(link: ControlLink, stepper: Stepper<PlainBatch>, onEnd: () => Promise<void>): ConsumerRunConfig {
    this.#link = link
    this.#onEnd = onEnd
    this.#stepper = stepper
    const { consumer, config } = this.#options
    consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => this.committed(payload.topics))
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.#member = { groupId: payload.groupId, memberId: payload.memberId }
      void this.#tellPositions(payload.memberAssignment)
    })
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) void this.end(payload.error)
    })
    const { eachMessage: _, ...rest } = config
    // Resolved here, so that the commit lies between the phases. kafkajs prefers eachMessage where both are given.
    return { ...rest, eachBatchAutoResolve: false, eachBatch: payload => this.#run(stepper, payload) }
  }

  sought(where: TopicPartition): void {
    this.#sought.add(partitionName(where))
  }

  ifItDied(batch: PlainBatch, phase: BatchPhase): IfItDied {
    return ifPlainConsumerDied(batch, phase, {
      committed: this.#committed.get(partitionName(batch.range)),
      isFromBeginning: this.#options.isFromBeginning(batch.range.topic),
      isAutoCommit: this.isAutoCommit,
    })
  }

  /** By the consumer, or by a transaction of the program. */
  committed(topics: Offsets['topics']): void {
    for (const { topic, partitions } of topics)
      for (const { partition, offset } of partitions)
        this.#hasCommitted({ topic, partition }, BigInt(offset.toString()))
  }

  letGo(): void {
    this.#stepper?.letGo()
  }

  /** The farewell, once. */
  async end(error?: unknown): Promise<void> {
    const report = this.#report.ended(this.#committed, topic => this.#options.isFromBeginning(topic))
    const params: EndedParams = error === undefined ? report : { ...report, error: reasonOf(error) }
    const link = this.#link
    this.#link = undefined
    if (link) await this.#onEnd()
    await link?.ended(params)
  }

  async #run(stepper: Stepper<PlainBatch>, payload: EachBatchPayload): Promise<void> {
    const state = this.#begin(payload)
    const { batch } = state
    const enter = async (phase: BatchPhase) => {
      state.phase = phase
      await this.#keepAlive(payload, stepper.enter(batch, phase))
    }
    try {
      await enter('fetched')
      await enter('processing')
      await this.#handle(stepper, payload, batch)
      await enter('saved')
      await this.#commit(payload)
    } catch (error) {
      state.hasFailed = true
      if (state.phase === 'processing') await stepper.threw(batch, error)
      await stepper.ended(batch, 'failed', error)
      throw error
    }
    if (!this.#isCommitted(batch)) return stepper.left(batch)
    state.phase = 'committed'
    await this.#keepAlive(payload, stepper.ended(batch, 'committed'))
  }

  #begin({ batch }: EachBatchPayload) {
    const { topic, partition } = batch
    const name = partitionName({ topic, partition })
    const fromOffset = fetchedOffset(batch)
    const committed = this.#committed.get(name)
    // With autoCommit, kafkajs commits a seek without an event. Reading from before the committed offset is always one.
    if (this.isAutoCommit && (this.#sought.delete(name) || (committed !== undefined && fromOffset < committed)))
      this.#committed.set(name, fromOffset)
    // Where kafkajs was to go on is gone: it goes on at the log's start, and says so to nobody.
    else if (committed !== undefined && fromOffset > committed && !this.#latest.has(name))
      void this.#link?.positions({
        positions: [],
        lost: [wireRange({ topic, partition, fromOffset: committed, untilOffset: fromOffset })],
      })
    const before = this.#latest.get(name)
    const isRetry = before?.hasFailed === true && before.batch.range.fromOffset === fromOffset
    const known = isRetry
      ? { batchId: before.batch.batchId, sequence: before.batch.sequence, attempt: before.batch.attempt + 1 }
      : { batchId: `${++this.#sequence}`, sequence: this.#sequence, attempt: 1 }
    const state = { batch: new PlainBatch(batch, known), phase: 'fetched' as BatchPhase, hasFailed: false }
    this.#latest.set(name, state)
    this.#report.begun(state.batch)
    return state
  }

  async #handle(stepper: Stepper<PlainBatch>, payload: EachBatchPayload, batch: PlainBatch): Promise<void> {
    const { eachMessage, eachBatch } = this.#options.config
    if (eachMessage) return this.#eachMessage(stepper, eachMessage, payload, batch)
    batch.begunUntil = batch.range.untilOffset
    await stepper.handle(batch, {}, async (_extra, watch) => {
      if (watch) watchMessages(batch, message => watch.onRead(message))
      await eachBatch?.({
        ...payload,
        resolveOffset: offset => {
          batch.handledUntil = most(batch.handledUntil, BigInt(offset) + 1n)
          payload.resolveOffset(offset)
        },
      })
    })
    batch.handledUntil = batch.range.untilOffset
  }

  /** What kafkajs does for eachMessage, over its own batch. @see kafkajs 2.2.4, consumer/runner.js, `processEachMessage` */
  async #eachMessage(
    stepper: Stepper<PlainBatch>,
    handler: EachMessageHandler,
    payload: EachBatchPayload,
    batch: PlainBatch,
  ): Promise<void> {
    const { topic, partition, messages } = payload.batch
    for (const [index, message] of messages.entries()) {
      if (!payload.isRunning() || payload.isStale()) break
      const call = () => handler({ topic, partition, message, heartbeat: payload.heartbeat, pause: payload.pause })
      await this.#keepAlive(payload, stepper.beforeRecord(batch, index))
      await stepper.handleOne(batch, { topic, partition, offset: BigInt(message.offset) }, () => {
        batch.begunUntil = BigInt(message.offset) + 1n
        return call()
      })
      batch.handledUntil = BigInt(message.offset) + 1n
      payload.resolveOffset(message.offset)
      await payload.heartbeat()
      if (this.isAutoCommit) await payload.commitOffsetsIfNecessary()
      if (this.#isPaused({ topic, partition })) break
    }
  }

  /** What kafkajs does when a batch is over, so that it finds nothing left to do. */
  async #commit(payload: EachBatchPayload): Promise<void> {
    const { eachMessage, eachBatchAutoResolve = true } = this.#options.config
    if (!eachMessage && eachBatchAutoResolve) payload.resolveOffset(payload.batch.lastOffset())
    if (this.isAutoCommit) await payload.commitOffsetsIfNecessary(payload.uncommittedOffsets())
  }

  /** Where each assigned partition goes on; one that was never committed has no position to tell. */
  async #tellPositions(assignment: Readonly<Record<string, readonly number[]>>): Promise<void> {
    const positions = Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.flatMap(partition => {
        const offset = this.#committed.get(partitionName({ topic, partition }))
        return offset === undefined ? [] : [wirePlace({ topic, partition, offset })]
      }),
    )
    await this.#link?.positions({ positions, lost: [] })
  }

  #isPaused({ topic, partition }: TopicPartition): boolean {
    return this.#options.consumer.paused().some(each => each.topic === topic && each.partitions.includes(partition))
  }

  #isCommitted(batch: PlainBatch): boolean {
    const committed = this.#committed.get(partitionName(batch.range))
    return committed !== undefined && committed >= batch.untilRecord
  }

  #hasCommitted(where: TopicPartition, offset: bigint): void {
    const name = partitionName(where)
    this.#committed.set(name, offset)
    const latest = this.#latest.get(name)
    if (!latest || latest.hasFailed || latest.phase === 'committed') return
    if (latest.phase !== 'saved') this.#stepper?.retell(latest.batch, latest.phase)
    else if (this.#stepper?.hasLeft(latest.batch) && this.#isCommitted(latest.batch)) {
      // The program commits on its own time, after the handler.
      latest.phase = 'committed'
      this.#stepper.retell(latest.batch, 'committed', { outcome: 'committed' })
    }
  }

  /** Heartbeats while a batch stands, so that the member stays in its group. A refused one comes again in kafkajs' own next one. */
  async #keepAlive(payload: EachBatchPayload, standing: Promise<void>): Promise<void> {
    const isOver = new AbortController()
    const beat = async () => {
      for (;;) {
        await pause(this.#options.clock, heartbeatMs, isOver.signal)
        if (isOver.signal.aborted) return
        await payload.heartbeat().catch(() => {})
      }
    }
    void beat()
    try {
      await standing
    } finally {
      isOver.abort()
    }
  }
}
