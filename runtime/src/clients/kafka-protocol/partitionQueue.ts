/** Records of one partition on their way to its leader: coalesced into batches, one batch in flight, in order. */
import { ProduceError } from '../../errors.ts'
import { partitionName, type TopicPartition } from '../../semantics/ranges.ts'
import type { OutgoingRecord } from '../client.ts'
import { BatchBuilder, type ClosedBatch } from './batchBuilder.ts'
import { batchHeaderBytes } from './recordBatch.ts'
import type { ProducerIdentity } from './requests/transactions.ts'

/** Sequence numbers are 32-bit and wrap around to 0. */
const sequenceLimit = 2 ** 31

/** Told when its records are in the log, or are not. */
export interface Receipt {
  /** Once for every batch that holds some of them, before it is sent. */
  expect(): void
  acknowledged(partition: TopicPartition, offset: bigint): void
  failed(error: Error): void
}

interface OpenBatch {
  readonly builder: BatchBuilder
  readonly receipts: { readonly receipt: Receipt; readonly firstIndex: number }[]
}

export interface BatchInFlight extends OpenBatch {
  readonly queue: PartitionQueue
  readonly batch: ClosedBatch
}

export class PartitionQueue implements TopicPartition {
  readonly topic: string
  readonly partition: number
  #batchBytesMax: number
  readonly #waiting: OpenBatch[] = []
  #isBusy = false
  #sequence = 0
  bytesWaiting = 0

  constructor({ topic, partition }: TopicPartition, batchBytesMax: number) {
    this.#batchBytesMax = batchBytesMax
    this.topic = topic
    this.partition = partition
  }

  get isReady(): boolean {
    return !this.#isBusy && this.#waiting.length > 0
  }

  get isIdle(): boolean {
    return !this.#isBusy && this.#waiting.length === 0
  }

  append(records: readonly OutgoingRecord[], nowMs: number, receipt: Receipt): void {
    let open: OpenBatch | undefined
    for (const record of records) {
      const batch = this.#batchIn(this.#waiting, record)
      const sizeBefore = batch.builder.sizeBytes
      if (batch !== open) {
        batch.receipts.push({ receipt, firstIndex: batch.builder.recordCount })
        receipt.expect()
      }
      batch.builder.append(record, nowMs)
      this.bytesWaiting += batch.builder.sizeBytes - sizeBefore
      open = batch
    }
  }

  /** The next batch, sealed with the next sequence number; no other leaves before it is settled. */
  async take(
    identity: ProducerIdentity,
    isTransactional: boolean,
    compression: 'none' | 'gzip',
  ): Promise<BatchInFlight> {
    this.#isBusy = true
    this.#splitFirst()
    const { builder, receipts } = this.#waiting.shift() as OpenBatch
    this.bytesWaiting -= builder.sizeBytes - batchHeaderBytes
    const batch = await builder.close(compression)
    batch.seal(identity, this.#sequence, isTransactional)
    return { queue: this, batch, builder, receipts }
  }

  /**
   * The broker takes no batch as large as this one: its records go again, in smaller ones, before those that wait. The limit stays for
   * the producer's life. (Asking for the topic's `max.message.bytes` instead would need a right that producers rarely have, and the limit
   * holds after compression, which is not known before.)
   */
  takeBack({ builder, receipts }: BatchInFlight): void {
    this.#batchBytesMax = Math.min(this.#batchBytesMax, Math.ceil(builder.sizeBytes / 2))
    this.#isBusy = false
    this.bytesWaiting += builder.sizeBytes - batchHeaderBytes
    this.#waiting.unshift({ builder, receipts })
  }

  acknowledge({ batch, receipts }: BatchInFlight, baseOffset: bigint): void {
    this.#sequence = (this.#sequence + batch.recordCount) % sequenceLimit
    this.#isBusy = false
    for (const { receipt, firstIndex } of receipts)
      receipt.acknowledged(this, baseOffset < 0n ? baseOffset : baseOffset + BigInt(firstIndex))
  }

  /** The broker has certainly not taken the batch: its sequence number is still free. */
  refuse({ receipts }: BatchInFlight, error: Error): void {
    this.#isBusy = false
    for (const { receipt } of receipts) receipt.failed(error)
  }

  /** Nothing more will be sent. */
  fail(reason: string, isIndefinite: boolean): void {
    const error = new ProduceError(partitionName(this), reason, isIndefinite)
    for (const { receipts } of this.#waiting.splice(0)) for (const { receipt } of receipts) receipt.failed(error)
    this.bytesWaiting = 0
  }

  /** The first batch in pieces of the present limit, where it was closed under a larger one. */
  #splitFirst(): void {
    const whole = this.#waiting[0]
    if (!whole || whole.builder.recordCount < 2 || whole.builder.sizeBytes <= this.#batchBytesMax) return
    const pieces: OpenBatch[] = []
    const { receipts } = whole
    let owner = -1
    for (const [index, record] of [...whole.builder.records()].entries()) {
      const piece = this.#batchIn(pieces, record)
      const isNext = receipts[owner + 1]?.firstIndex === index
      if (isNext) owner++
      const receipt = receipts[owner]?.receipt
      if (receipt && (isNext || piece.builder.recordCount === 0)) {
        piece.receipts.push({ receipt, firstIndex: piece.builder.recordCount })
        // Of the whole batch it knows already.
        if (!isNext) receipt.expect()
      }
      piece.builder.append(record, record.timestampMs)
    }
    this.#waiting.splice(0, 1, ...pieces)
    const payloadBytes = ({ builder }: OpenBatch) => builder.sizeBytes - batchHeaderBytes
    this.bytesWaiting += pieces.reduce((sum, piece) => sum + payloadBytes(piece), -payloadBytes(whole))
  }

  /** The last batch where the record fits, else another: a broker refuses a batch as a whole, for the sake of one record too many. */
  #batchIn(batches: OpenBatch[], record: OutgoingRecord): OpenBatch {
    const last = batches.at(-1)
    const room = last ? this.#batchBytesMax - last.builder.sizeBytes : 0
    if (last && (mostBytes(record) <= room || encodedBytes(record) <= room)) return last
    const fresh = { builder: new BatchBuilder(), receipts: [] }
    batches.push(fresh)
    return fresh
  }
}

/** Lengths and deltas, all as long as they can get. */
const overheadBytesMax = 40
const headerOverheadBytesMax = 10

/** Found without looking into the text: no character takes more than three bytes for each of its UTF-16 units. */
function mostBytes(record: OutgoingRecord): number {
  return sizeWith(record, text => text.length * 3)
}

function encodedBytes(record: OutgoingRecord): number {
  return sizeWith(record, text => Buffer.byteLength(text))
}

function sizeWith({ key, value, headers = [] }: OutgoingRecord, textBytes: (text: string) => number): number {
  const bytesOf = (field: Buffer | string | null | undefined) =>
    typeof field === 'string' ? textBytes(field) : (field?.length ?? 0)
  let size = overheadBytesMax + bytesOf(key) + bytesOf(value)
  for (const [name, field] of headers) size += headerOverheadBytesMax + bytesOf(name) + bytesOf(field)
  return size
}
