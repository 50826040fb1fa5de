/**
 * Writes one record batch (format v2): records are encoded as they come, the header and checksum when it is sealed.
 *
 * @see https://kafka.apache.org/documentation/#recordbatch
 */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { OutgoingRecord, RecordList } from '../client.ts'
import { crc32c } from './crc32c.ts'
import { lazyRecords } from './lazyRecords.ts'
import { batchHeaderBytes } from './recordBatch.ts'
import type { ProducerIdentity } from './requests/transactions.ts'

const gzipAsync = promisify(gzip)
const sizeFirstBytes = 16 * 1024
const checksummedFrom = 21
const gzipCodec = 1
const transactionalFlag = 0x10

export class BatchBuilder {
  #bytes = Buffer.allocUnsafe(sizeFirstBytes)
  #length = batchHeaderBytes
  #count = 0
  #baseTimestampMs = 0
  #maxTimestampMs = 0

  get recordCount(): number {
    return this.#count
  }

  get sizeBytes(): number {
    return this.#length
  }

  append(record: OutgoingRecord, nowMs: number): void {
    const timestampMs = record.timestampMs ?? nowMs
    if (this.#count === 0) this.#baseTimestampMs = timestampMs
    this.#maxTimestampMs = this.#count === 0 ? timestampMs : Math.max(this.#maxTimestampMs, timestampMs)
    const timestampDelta = timestampMs - this.#baseTimestampMs
    const key = record.key ?? null
    const headers = record.headers ?? []
    let size =
      1 + sizeOfVarint(timestampDelta) + sizeOfVarint(this.#count) + sizeOfField(key) + sizeOfField(record.value)
    size += sizeOfVarint(headers.length)
    for (const [name, value] of headers) size += sizeOfField(name) + sizeOfField(value)
    this.#reserve(size + 5)
    this.#varint(size)
    this.#bytes[this.#length++] = 0
    this.#varint(timestampDelta)
    this.#varint(this.#count++)
    this.#field(key)
    this.#field(record.value)
    this.#varint(headers.length)
    for (const [name, value] of headers) {
      this.#field(name)
      this.#field(value)
    }
  }

  /** What was appended, decoded again: for a batch that must be sent in smaller ones. */
  records(): RecordList {
    const bytes = this.#bytes.subarray(batchHeaderBytes, this.#length)
    const source = { topic: '', partition: 0, bytes, baseOffset: 0, baseTimestampMs: this.#baseTimestampMs }
    const batch = { baseOffset: 0, recordCount: this.#count }
    return lazyRecords([{ batch, source: { ...source, appendTimestampMs: undefined } }], 0)
  }

  /** Compresses what was appended; nothing may be appended after. @returns the batch, to be sealed. */
  async close(compression: 'none' | 'gzip'): Promise<ClosedBatch> {
    const written = this.#bytes.subarray(0, this.#length)
    const bytes =
      compression === 'gzip'
        ? Buffer.concat([written.subarray(0, batchHeaderBytes), await gzipAsync(written.subarray(batchHeaderBytes))])
        : written
    return new ClosedBatch(
      bytes,
      this.#count,
      compression === 'gzip' ? gzipCodec : 0,
      this.#baseTimestampMs,
      this.#maxTimestampMs,
    )
  }

  #field(value: Buffer | string | null): void {
    if (value === null) this.#varint(-1)
    else if (typeof value === 'string') {
      const sizeBytes = Buffer.byteLength(value)
      this.#varint(sizeBytes)
      this.#bytes.write(value, this.#length, 'utf8')
      this.#length += sizeBytes
    } else {
      this.#varint(value.length)
      value.copy(this.#bytes, this.#length)
      this.#length += value.length
    }
  }

  /** Zigzag; timestamps need more than 32 bits. */
  #varint(value: number): void {
    let rest = value >= 0 ? value * 2 : -value * 2 - 1
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#length++] = rest
  }

  #reserve(sizeBytes: number): void {
    const needed = this.#length + sizeBytes
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, needed))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

/** A batch whose records are fixed; its sequence number is given when it is about to be sent for the first time. */
export class ClosedBatch {
  readonly bytes: Buffer
  readonly recordCount: number

  constructor(bytes: Buffer, recordCount: number, codec: number, baseTimestampMs: number, maxTimestampMs: number) {
    this.bytes = bytes
    this.recordCount = recordCount
    bytes.fill(0, 0, 8)
    bytes.writeInt32BE(bytes.length - 12, 8)
    bytes.writeInt32BE(-1, 12)
    bytes[16] = 2
    bytes.writeInt16BE(codec, checksummedFrom)
    bytes.writeInt32BE(recordCount - 1, 23)
    bytes.writeBigInt64BE(BigInt(baseTimestampMs), 27)
    bytes.writeBigInt64BE(BigInt(maxTimestampMs), 35)
    bytes.writeInt32BE(recordCount, 57)
  }

  /** Writes producer, epoch and sequence, and the checksum over all of it. */
  seal({ producerId, epoch }: ProducerIdentity, baseSequence: number, isTransactional: boolean): void {
    const { bytes } = this
    const attributes = bytes.readInt16BE(checksummedFrom)
    bytes.writeInt16BE(
      isTransactional ? attributes | transactionalFlag : attributes & ~transactionalFlag,
      checksummedFrom,
    )
    bytes.writeBigInt64BE(producerId, 43)
    bytes.writeInt16BE(epoch, 51)
    bytes.writeInt32BE(baseSequence, 53)
    bytes.writeUInt32BE(crc32c(bytes, checksummedFrom), 17)
  }
}

function sizeOfVarint(value: number): number {
  let rest = value >= 0 ? value * 2 : -value * 2 - 1
  let size = 1
  for (; rest > 0x7f; size++) rest = Math.floor(rest / 128)
  return size
}

function sizeOfField(value: Buffer | string | null): number {
  if (value === null) return 1
  const sizeBytes = typeof value === 'string' ? Buffer.byteLength(value) : value.length
  return sizeOfVarint(sizeBytes) + sizeBytes
}
