/** One batch of kafkajs, as it is stepped. */
import type { Batch, KafkaMessage } from 'kafkajs'
import type { KafkaRecord } from '../../clients/client.ts'
import type { BatchSlice } from '../../dataset/batch.ts'
import type { OffsetRange } from '../../semantics/ranges.ts'
import type { Steppable } from '../steppable.ts'

export class PlainBatch implements Steppable {
  readonly batchId: string
  readonly sequence: number
  readonly attempt: number
  readonly range: OffsetRange
  readonly records: number
  /** kafkajs hands a batch over until its handler is done: nothing ends a stop but a command, the consumer's end, or a dead editor. */
  readonly signal: AbortSignal = new AbortController().signal
  /** Records below it are known to be done; the rest may be begun. */
  handledUntil: bigint
  /** Records below it were handed to the handler. */
  begunUntil: bigint
  readonly #messages: readonly KafkaMessage[]
  #slices: readonly BatchSlice[] | undefined

  constructor(batch: Batch, known: Pick<PlainBatch, 'batchId' | 'sequence' | 'attempt'>) {
    this.batchId = known.batchId
    this.sequence = known.sequence
    this.attempt = known.attempt
    this.#messages = batch.messages
    this.records = batch.messages.length
    const { topic, partition } = batch
    this.range = { topic, partition, fromOffset: fetchedOffset(batch), untilOffset: BigInt(batch.lastOffset()) + 1n }
    this.handledUntil = this.range.fromOffset
    this.begunUntil = this.range.fromOffset
  }

  get ranges(): readonly OffsetRange[] {
    return [this.range]
  }

  /** Made when it is first asked for: a consumer that runs freely does not pay for it. */
  get slices(): readonly BatchSlice[] {
    this.#slices ??= [{ range: this.range, records: this.#messages.map(message => this.#record(message)) }]
    return this.#slices
  }

  get messages(): readonly KafkaMessage[] {
    return this.#messages
  }

  /** Past its last record; markers and filtered records behind it do not matter to whoever commits by records. */
  get untilRecord(): bigint {
    const last = this.#messages.at(-1)
    return last ? BigInt(last.offset) + 1n : this.range.untilOffset
  }

  /** Records at or past `offset`. */
  countFrom(offset: bigint): number {
    return this.#messages.reduce((count, message) => count + (BigInt(message.offset) >= offset ? 1 : 0), 0)
  }

  #record({ offset, timestamp, key, value }: KafkaMessage): KafkaRecord {
    const { topic, partition } = this.range
    return { topic, partition, offset: BigInt(offset), timestampMs: Number(timestamp), key, value, headers: [] }
  }
}

/** kafkajs' batch knows what was asked for, though its types do not say so. */
export function fetchedOffset(batch: Batch): bigint {
  const asked = 'fetchedOffset' in batch ? batch.fetchedOffset : undefined
  return BigInt(asked === undefined ? (batch.firstOffset() ?? batch.lastOffset()) : String(asked))
}
