/**
 * Fetches ahead of the batch that runs, within bounds, and deals out fair slices.
 *
 * One request asks for every partition that has room. A partition whose buffer is full is left out, so that a slow handler holds back
 * its own partition and no other.
 */
import type { FetchError, KafkaConnection } from '../clients/client.ts'
import { type Clock, pause } from '../clock.ts'
import { Bell } from './bell.ts'
import type { OwnedPartition, Taken } from './owned.ts'

export interface IntakeOptions {
  readonly connection: KafkaConnection
  readonly isolation: 'read_committed' | 'read_uncommitted'
  readonly prefetchBytesMax: number
  readonly maxRecordsPerBatch: number
  readonly maxBytesPerBatch: number
  readonly clock: Clock
  /** A partition that cannot be fetched from where it stands. */
  onPartitionError(partition: OwnedPartition, error: FetchError): void
  /** A whole request failed; it is sent again after a pause. */
  onTrouble(error: unknown, attempt: number): void
}

/** How long a fetch may wait for records when every partition is asked: a stop or a new partition waits no longer. */
const idleWaitMs = 250
/** The same while a full partition is left out, which may get room at any moment. */
const busyWaitMs = 10
const partitionBytesMin = 64 << 10
/** Larger answers cost more than they save: they are copied together, and their records wait longer and outlive their youth. */
const partitionBytesMax = 1 << 20
const troublePauseMsMax = 5_000

export class Intake {
  readonly #options: IntakeOptions
  readonly #partitions = new Set<OwnedPartition>()
  readonly #room = new Bell()
  readonly #closing = new AbortController()
  readonly #listeners = new Set<Bell>()
  #pump: Promise<void> | undefined

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  get partitions(): ReadonlySet<OwnedPartition> {
    return this.#partitions
  }

  add(partitions: readonly OwnedPartition[]): void {
    for (const each of partitions) this.#partitions.add(each)
    this.#pump ??= this.#run()
    this.#room.ring()
  }

  remove(partition: OwnedPartition): void {
    partition.isOurs = false
    partition.rewind(partition.position)
    this.#partitions.delete(partition)
    this.#room.ring()
  }

  /** Rings whenever records may have come. */
  listen(bell: Bell): () => void {
    this.#listeners.add(bell)
    return () => this.#listeners.delete(bell)
  }

  /**
   * Slices of these partitions within the bounds of a batch. A share that a partition does not need goes to the others, the emptiest first.
   */
  take(partitions: readonly OwnedPartition[]): Taken[] {
    const ready = partitions.filter(each => each.isOurs && each.hasProgress)
    ready.sort((left, right) => left.bufferedRecords - right.bufferedRecords)
    let records = this.#options.maxRecordsPerBatch
    let bytes = this.#options.maxBytesPerBatch
    const taken: Taken[] = []
    for (const [index, each] of ready.entries()) {
      const share = ready.length - index
      if (records <= 0 && each.bufferedRecords > 0) break
      const before = each.bufferedBytes
      const slice = each.take(Math.max(1, Math.floor(records / share)), bytes / share)
      records -= slice.records.length
      bytes -= before - each.bufferedBytes
      taken.push({ owned: each, slice })
    }
    this.#room.ring()
    return taken.sort(byPartition)
  }

  /** Something was handed out or dropped: there may be room for another fetch. */
  madeRoom(): void {
    this.#room.ring()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#room.ring()
    await this.#pump
  }

  async #run(): Promise<void> {
    let failures = 0
    while (!this.#closing.signal.aborted) {
      const asked = this.#withRoom()
      if (asked.length === 0) {
        await this.#room.wait()
        continue
      }
      try {
        await this.#fetch(asked)
        failures = 0
      } catch (error) {
        if (this.#closing.signal.aborted) return
        this.#options.onTrouble(error, ++failures)
        await pause(this.#options.clock, Math.min(50 * 2 ** failures, troublePauseMsMax), this.#closing.signal)
      }
    }
  }

  async #fetch(asked: readonly OwnedPartition[]): Promise<void> {
    const { connection, isolation, prefetchBytesMax } = this.#options
    const maxBytes = this.#bytesPerPartition()
    const answers = await connection.fetch({
      partitions: asked.map(({ topic, partition, topicId, fetchOffset }) => ({
        topic,
        partition,
        topicId,
        offset: fetchOffset,
        maxBytes,
      })),
      isolation,
      maxWaitMs: asked.length < this.#partitions.size ? busyWaitMs : idleWaitMs,
      minBytes: 1,
      maxBytes: prefetchBytesMax,
      signal: this.#closing.signal,
    })
    const byName = new Map(asked.map(each => [`${each.topic}/${each.partition}`, each]))
    let retriable: FetchError | undefined
    for (const answer of answers) {
      const partition = byName.get(`${answer.topic}/${answer.partition}`)
      if (!partition?.isOurs) continue
      if (answer.error === undefined) partition.accept(answer)
      else if (answer.error.code === 'RETRIABLE') retriable = answer.error
      else this.#options.onPartitionError(partition, answer.error)
    }
    for (const bell of this.#listeners) bell.ring()
    if (retriable && answers.every(answer => answer.error)) throw new Error(retriable.message)
  }

  #withRoom(): OwnedPartition[] {
    const bytes = this.#bytesPerPartition()
    let held = 0
    for (const each of this.#partitions) held += each.bufferedBytes
    const isFull = held >= this.#options.prefetchBytesMax
    // A partition with nothing buffered is always asked: its next record runs, whatever the others hold.
    return [...this.#partitions].filter(
      each =>
        each.wantsFetch &&
        (each.plan !== undefined || each.bufferedBytes === 0 || (!isFull && each.bufferedBytes < bytes)),
    )
  }

  #bytesPerPartition(): number {
    const share = Math.floor(this.#options.prefetchBytesMax / Math.max(1, this.#partitions.size))
    return Math.min(partitionBytesMax, Math.max(partitionBytesMin, share))
  }
}

export function byPartition({ owned: left }: Taken, { owned: right }: Taken): number {
  return left.topic < right.topic ? -1 : left.topic > right.topic ? 1 : left.partition - right.partition
}
