/** Takes the batches of one kafkajs consumer through their phases, and knows what of them is committed. */
import type { Consumer, ConsumerRunConfig, EachBatchPayload, EachMessageHandler } from 'kafkajs'
import { type Clock, pause } from '../../clock.ts'
import { reasonOf } from '../../errors.ts'
import type { BatchPhase, EndedParams } from '../../protocol.ts'
import { partitionName, type TopicPartition } from '../../semantics/ranges.ts'
import type { ControlLink } from '../link.ts'
import type { Stepper } from '../stepper.ts'
import { fetchedOffset, PlainBatch } from './batch.ts'
import { ifPlainConsumerDied } from './ifItDied.ts'
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
  #sequence = 0
  #stepper: Stepper<PlainBatch> | undefined
  #link: ControlLink | undefined

  constructor(options: PlainRunOptions) {
    this.#options = options
    this.#committed = options.positions
  }

  get isAutoCommit(): boolean {
    return this.#options.config.autoCommit !== false
  }

  /** What kafkajs is run with in place of the program's own configuration. */
  stepped(link: ControlLink, stepper: Stepper<PlainBatch>): ConsumerRunConfig {
    this.#link = link
    this.#stepper = stepper
    const { consumer, config } = this.#options
    consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
      for (const { topic, partitions } of payload.topics)
        for (const { partition, offset } of partitions)
          this.#hasCommitted({ topic, partition }, BigInt(offset.toString()))
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

  ifItDied(batch: PlainBatch, phase: BatchPhase): string {
    return ifPlainConsumerDied(batch, phase, {
      committed: this.#committed.get(partitionName(batch.range)),
      isFromBeginning: this.#options.isFromBeginning(batch.range.topic),
      isAutoCommit: this.isAutoCommit,
    })
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
      await this.#handle(payload, batch)
      await enter('saved')
      await this.#commit(payload)
    } catch (error) {
      state.hasFailed = true
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

  async #handle(payload: EachBatchPayload, batch: PlainBatch): Promise<void> {
    const { eachMessage, eachBatch } = this.#options.config
    if (eachMessage) return this.#eachMessage(eachMessage, payload, batch)
    await eachBatch?.(payload)
    batch.handledUntil = batch.range.untilOffset
  }

  /** What kafkajs does for eachMessage, over its own batch. @see kafkajs 2.2.4, consumer/runner.js, `processEachMessage` */
  async #eachMessage(handler: EachMessageHandler, payload: EachBatchPayload, batch: PlainBatch): Promise<void> {
    const { topic, partition, messages } = payload.batch
    for (const message of messages) {
      if (!payload.isRunning() || payload.isStale()) break
      await handler({ topic, partition, message, heartbeat: payload.heartbeat, pause: payload.pause })
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
