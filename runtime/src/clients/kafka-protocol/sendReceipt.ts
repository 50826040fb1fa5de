import type { TopicPartition } from '../../semantics/ranges.ts'
import type { Receipt } from './partitionQueue.ts'

/** Gathers the acknowledgements of one `send`: one offset a partition, that of its first record. */
export class SendReceipt implements Receipt {
  readonly #first = new Map<TopicPartition, bigint>()
  readonly #resolve: (offsets: (TopicPartition & { offset: bigint })[]) => void
  readonly #reject: (error: Error) => void
  #open = 0

  constructor(resolve: (offsets: (TopicPartition & { offset: bigint })[]) => void, reject: (error: Error) => void) {
    this.#resolve = resolve
    this.#reject = reject
  }

  /** A batch holds some of its records. */
  expect(): void {
    this.#open++
  }

  acknowledged(partition: TopicPartition, offset: bigint): void {
    if (!this.#first.has(partition)) this.#first.set(partition, offset)
    if (--this.#open > 0) return
    this.#resolve([...this.#first].map(([at, first]) => ({ topic: at.topic, partition: at.partition, offset: first })))
  }

  failed(error: Error): void {
    this.#reject(error)
  }
}
