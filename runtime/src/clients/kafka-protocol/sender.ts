/**
 * Sends what the partition queues hold, one request a leader at a time, and settles it.
 *
 * A batch keeps its sequence number through every retry, so a broker that has it already says so instead of storing it
 * twice, and a batch after it can never take its number:
 *   1. a batch with sequence 100 is stored; the reply is lost
 *   2. a client that "rolls back" gives 100 to the next batch: the broker answers OK, and that batch is never stored
 * When the outcome stays unknown, this producer's numbers are unknown for ever: it is broken and must be replaced.
 */

import { pause } from '../../clock.ts'
import { FencedError, ProduceError, reasonOf, TidemarkError } from '../../errors.ts'
import { partitionName } from '../../semantics/ranges.ts'
import type { Cluster } from './cluster.ts'
import { KafkaCodeError } from './errorCodes.ts'
import type { BatchInFlight, PartitionQueue } from './partitionQueue.ts'
import { type ProduceResult, produce } from './requests/produce.ts'
import type { ProducerIdentity } from './requests/transactions.ts'
import { backoffMs, isRetriable } from './retries.ts'
import { TransportError } from './transport.ts'

/** How long a broker may wait for its replicas. */
const replicasTimeoutMs = 15_000

export interface SenderOptions {
  readonly identity: ProducerIdentity
  readonly transactionalId: string | undefined
  readonly compression: 'none' | 'gzip'
  /** From the first attempt to the last. */
  readonly deliveryTimeoutMs: number
}

/** What is known about a batch after an attempt. */
type Outcome =
  | { readonly kind: 'stored'; readonly baseOffset: bigint }
  | { readonly kind: 'refused'; readonly error: Error }
  | { readonly kind: 'again'; readonly error: Error; readonly mayBeStored: boolean }

export class Sender {
  readonly #cluster: Cluster
  readonly #options: SenderOptions
  readonly #queues = new Map<string, PartitionQueue>()
  readonly #closing = new AbortController()
  /** The first record that was not stored since this was last cleared. */
  failure: Error | undefined
  #broken: Error | undefined
  #wake: (() => void)[] = []
  #isPumping = false

  constructor(cluster: Cluster, options: SenderOptions) {
    this.#cluster = cluster
    this.#options = options
  }

  /** Why no more can be sent; the producer must be replaced. */
  get broken(): Error | undefined {
    return this.#broken
  }

  get bytesWaiting(): number {
    let sum = 0
    for (const queue of this.#queues.values()) sum += queue.bytesWaiting
    return sum
  }

  queue(name: string, make: () => PartitionQueue): PartitionQueue {
    const known = this.#queues.get(name)
    if (known) return known
    const fresh = make()
    this.#queues.set(name, fresh)
    return fresh
  }

  /** Starts sending what is ready; what is appended in the same turn of the event loop goes together. */
  pump(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    queueMicrotask(() => {
      this.#isPumping = false
      void this.#sendReady()
    })
  }

  /** Resolves after the next batch is settled. */
  settled(): Promise<void> {
    return new Promise(resolve => this.#wake.push(resolve))
  }

  async idle(): Promise<void> {
    while ([...this.#queues.values()].some(queue => !queue.isIdle)) await this.settled()
  }

  /** Records not yet sent are failed; what is in flight is awaited. */
  drop(reason: string): void {
    for (const queue of this.#queues.values()) queue.fail(reason, false)
  }

  break(error: Error): void {
    this.#broken ??= error
    for (const queue of this.#queues.values()) queue.fail(`the producer failed before: ${error.message}`, false)
  }

  close(): void {
    this.#closing.abort()
  }

  async #sendReady(): Promise<void> {
    const ready = [...this.#queues.values()].filter(queue => queue.isReady)
    // Apart by leader, so that a slow one holds back none but its own partitions.
    const byLeader = Map.groupBy(ready, queue => this.#cluster.leaderOf(queue))
    await Promise.all([...byLeader.values()].map(queues => this.#sendTogether(queues)))
  }

  async #sendTogether(queues: readonly PartitionQueue[]): Promise<void> {
    const { identity, transactionalId, compression } = this.#options
    const batches = await Promise.all(
      queues.map(queue => queue.take(identity, transactionalId !== undefined, compression)),
    )
    await this.#deliver(new Map(batches.map(batch => [partitionName(batch.queue), batch])))
  }

  /** Sends until every batch is settled, or the time is up. */
  async #deliver(open: Map<string, BatchInFlight>): Promise<void> {
    const { clock, random } = this.#cluster.surroundings
    const startedMs = clock.monotonicMs()
    const doubtful = new Set<string>()
    for (let failures = 1; open.size > 0; failures++) {
      const outcomes = await this.#attempt([...open.values()])
      for (const [name, outcome] of outcomes) {
        if (outcome.kind === 'again' && outcome.mayBeStored) doubtful.add(name)
        const isLate = clock.monotonicMs() - startedMs > this.#options.deliveryTimeoutMs || this.#closing.signal.aborted
        if (outcome.kind === 'again' && !isLate) continue
        this.#settle(open.get(name) as BatchInFlight, outcome, doubtful.has(name))
        open.delete(name)
      }
      // Partitions that are done go on while others are tried again.
      for (const wake of this.#wake.splice(0)) wake()
      this.pump()
      if (open.size > 0) await pause(clock, backoffMs(failures, random), this.#closing.signal)
    }
  }

  async #attempt(flights: readonly BatchInFlight[]): Promise<Map<string, Outcome>> {
    const outcomes = new Map<string, Outcome>()
    try {
      const { byLeader, missing } = await this.#cluster.leaders(flights.map(flight => flight.queue))
      for (const partition of missing)
        outcomes.set(partitionName(partition), {
          kind: 'again',
          mayBeStored: false,
          error: new KafkaCodeError('Produce', 5),
        })
      const byName = new Map(flights.map(flight => [partitionName(flight.queue), flight]))
      await Promise.all(
        [...byLeader].map(([leader, queues]) =>
          this.#attemptAt(
            leader,
            queues.map(queue => byName.get(partitionName(queue)) as BatchInFlight),
            outcomes,
          ),
        ),
      )
    } catch (error) {
      for (const { queue } of flights) outcomes.set(partitionName(queue), outcomeOfError(error))
    }
    return outcomes
  }

  async #attemptAt(leader: number, flights: readonly BatchInFlight[], outcomes: Map<string, Outcome>): Promise<void> {
    const batches = flights.map(({ queue, batch }) => ({
      topic: queue.topic,
      partition: queue.partition,
      bytes: batch.bytes,
    }))
    try {
      const results = await this.#cluster.send(
        leader,
        produce(batches, this.#options.transactionalId, replicasTimeoutMs),
      )
      for (const result of results) outcomes.set(partitionName(result), this.#outcomeOf(result))
    } catch (error) {
      for (const { topic } of batches) this.#cluster.doubt(topic)
      for (const { queue } of flights) outcomes.set(partitionName(queue), outcomeOfError(error))
    }
    // Invariant: every batch has an outcome; one that a broker left out of its answer may be stored.
    for (const { queue } of flights) {
      const name = partitionName(queue)
      if (!outcomes.has(name))
        outcomes.set(
          name,
          outcomeOfError(new TransportError(this.#cluster.addressOf(leader), 'no answer for this partition', true)),
        )
    }
  }

  #outcomeOf({ topic, errorCode, baseOffset, message }: ProduceResult): Outcome {
    if (errorCode === 0) return { kind: 'stored', baseOffset }
    const error = new KafkaCodeError('Produce', errorCode, message)
    if (error.codeName === 'DUPLICATE_SEQUENCE_NUMBER') return { kind: 'stored', baseOffset: -1n }
    if (error.stale === 'leader') this.#cluster.doubt(topic)
    const mayBeStored = error.codeName === 'REQUEST_TIMED_OUT' || error.codeName === 'NOT_ENOUGH_REPLICAS_AFTER_APPEND'
    return error.isRetriable ? { kind: 'again', error, mayBeStored } : { kind: 'refused', error }
  }

  #settle(flight: BatchInFlight, outcome: Outcome, isDoubtful: boolean): void {
    const { queue } = flight
    if (outcome.kind === 'stored') {
      queue.acknowledge(flight, outcome.baseOffset)
      return
    }
    const isFenced = outcome.error instanceof KafkaCodeError && fencedCodes.has(outcome.error.codeName)
    const isStateLost = outcome.error instanceof KafkaCodeError && lostStateCodes.has(outcome.error.codeName)
    if (!isDoubtful && !this.#broken && mayFitInPieces(flight, outcome.error)) {
      queue.takeBack(flight)
      return
    }
    const error = isFenced
      ? new FencedError([queue], outcome.error.message, { cause: outcome.error })
      : isDoubtful || isStateLost
        ? new ProduceError(partitionName(queue), reasonOf(outcome.error), isDoubtful, { cause: outcome.error })
        : refusal(flight, outcome.error)
    if (isFenced || isDoubtful || isStateLost) this.break(error)
    this.failure ??= error
    queue.refuse(flight, error)
  }
}

const fencedCodes: ReadonlySet<string> = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED'])
const tooLargeCodes: ReadonlySet<string> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'])

function mayFitInPieces({ batch }: BatchInFlight, error: Error): boolean {
  return batch.recordCount > 1 && error instanceof KafkaCodeError && tooLargeCodes.has(error.codeName)
}

/** The broker's memory of this producer does not fit ours: no number we could choose is right. */
const lostStateCodes: ReadonlySet<string> = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
  'TRANSACTION_ABORTABLE',
])

/** What the broker has certainly not stored; where trying again cannot help, the error says so. */
function refusal({ queue, batch }: BatchInFlight, error: Error): Error {
  const partition = partitionName(queue)
  const reason = reasonOf(error)
  if (!(error instanceof KafkaCodeError) || error.isRetriable)
    return new ProduceError(partition, reason, false, { cause: error })
  if (tooLargeCodes.has(error.codeName)) {
    const size = { records: batch.recordCount, sizeBytes: batch.bytes.length }
    return new TidemarkError('RECORD_TOO_LARGE', { partition, ...size, reason }, { cause: error })
  }
  if (error.codeName.endsWith('AUTHORIZATION_FAILED')) {
    const resource = `topic ${queue.topic} (${reason})`
    return new TidemarkError('AUTHORIZATION_FAILED', { operation: 'write to', resource }, { cause: error })
  }
  return new TidemarkError('PRODUCE_REFUSED', { partition, reason }, { cause: error })
}

function outcomeOfError(thrown: unknown): Outcome {
  const error = thrown instanceof Error ? thrown : new Error(reasonOf(thrown))
  if (!isRetriable(error)) return { kind: 'refused', error }
  return { kind: 'again', error, mayBeStored: error instanceof TransportError && error.wasSent }
}
