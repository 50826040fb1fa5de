/**
 * Records as positions in their batches: what is not read is not decoded.
 *
 * Only the length in front of each record is looked at when an answer is walked, so a record costs a few nanoseconds and eight bytes
 * until somebody looks at it.
 */
import type { KafkaRecord, RecordList } from '../client.ts'
import { BatchFormatError, type BatchSource, type RecordBatch } from './recordBatch.ts'

export interface OpenBatch {
  readonly batch: Pick<RecordBatch, 'baseOffset' | 'recordCount'>
  readonly source: BatchSource
}

/** Length, attributes, two deltas, the lengths of key and value, the count of headers: one byte each. */
const recordBytesMin = 7

/**
 * The records of these batches that lie at or after `fromOffset`.
 *
 * @throws BatchFormatError the lengths do not fit a batch.
 */
export function lazyRecords(batches: readonly OpenBatch[], fromOffset: number): RecordList {
  for (const { batch, source } of batches)
    if (batch.recordCount < 0 || batch.recordCount * recordBytesMin > source.bytes.length)
      throw new BatchFormatError(`${batch.recordCount} records in a batch of ${source.bytes.length} bytes`)
  const places = new Places(batches.reduce((sum, { batch }) => sum + batch.recordCount, 0))
  for (const [index, { batch, source }] of batches.entries()) places.walk(index, batch, source, fromOffset)
  return new LazyRecords(
    batches.map(({ source }) => source),
    places.batchOf.subarray(0, places.count),
    places.startOf.subarray(0, places.count),
  )
}

/** Where each record lies, while batches are walked. */
class Places {
  readonly batchOf: Int32Array
  readonly startOf: Int32Array
  count = 0

  constructor(room: number) {
    this.batchOf = new Int32Array(room)
    this.startOf = new Int32Array(room)
  }

  walk(index: number, { baseOffset, recordCount }: OpenBatch['batch'], source: BatchSource, fromOffset: number): void {
    const { bytes } = source
    const { batchOf, startOf } = this
    const mayStartEarlier = baseOffset < fromOffset
    let count = this.count
    let at = 0
    for (let record = 0; record < recordCount; record++) {
      let byte = bytes[at++] as number
      let length = byte & 0x7f
      for (let shift = 7; byte & 0x80; shift += 7) {
        byte = bytes[at++] as number
        length |= (byte & 0x7f) << shift
      }
      const start = at
      at += length >>> 1
      if (at > bytes.length)
        throw new BatchFormatError(`a record of ${length >>> 1} bytes in a batch of ${bytes.length}`)
      if (mayStartEarlier && source.baseOffset + new LazyRecord(source, start).offsetDelta < fromOffset) continue
      batchOf[count] = index
      startOf[count++] = start
    }
    this.count = count
  }
}

class LazyRecords implements RecordList {
  readonly #sources: readonly BatchSource[]
  readonly #batchOf: Int32Array
  readonly #startOf: Int32Array

  constructor(sources: readonly BatchSource[], batchOf: Int32Array, startOf: Int32Array) {
    this.#sources = sources
    this.#batchOf = batchOf
    this.#startOf = startOf
  }

  get length(): number {
    return this.#startOf.length
  }

  at(index: number): KafkaRecord | undefined {
    const at = index < 0 ? index + this.length : index
    const source = this.#sources[this.#batchOf[at] as number]
    return source && new LazyRecord(source, this.#startOf[at] as number)
  }

  slice(from?: number, until?: number): RecordList {
    return new LazyRecords(this.#sources, this.#batchOf.subarray(from, until), this.#startOf.subarray(from, until))
  }

  *[Symbol.iterator](): IterableIterator<KafkaRecord> {
    for (let index = 0; index < this.length; index++) yield this.at(index) as KafkaRecord
  }
}

/** Where a varint ended; a module variable, since returning two numbers would make an object for each. */
let cursor = 0

class LazyRecord implements KafkaRecord {
  declare private readonly source: BatchSource
  /** Of the attributes byte, after the length. */
  declare private readonly at: number

  constructor(source: BatchSource, at: number) {
    this.source = source
    this.at = at
  }

  get topic(): string {
    return this.source.topic
  }

  get partition(): number {
    return this.source.partition
  }

  get offset(): bigint {
    return BigInt(this.source.baseOffset + this.offsetDelta)
  }

  get timestampMs(): number {
    const { appendTimestampMs, baseTimestampMs, bytes } = this.source
    return appendTimestampMs ?? baseTimestampMs + readVarlong(bytes, this.at + 1)
  }

  get key(): Buffer | null {
    return sliceAt(this.source.bytes, this.keyStart())
  }

  get value(): Buffer | null {
    return sliceAt(this.source.bytes, this.valueStart())
  }

  /** The value as text, without a buffer in between: twice as fast where it is parsed anyway. */
  get valueText(): string | null {
    const { bytes } = this.source
    const length = readVarint(bytes, this.valueStart())
    return length < 0 ? null : bytes.toString('utf8', cursor, cursor + length)
  }

  get headers(): readonly (readonly [name: string, value: Buffer | null])[] {
    const { bytes } = this.source
    skipSlice(bytes, this.valueStart())
    const count = readVarint(bytes, cursor)
    const headers: [string, Buffer | null][] = []
    for (let index = 0; index < count; index++) {
      const nameLength = readVarint(bytes, cursor)
      const name = bytes.toString('utf8', cursor, cursor + nameLength)
      const value = sliceAt(bytes, cursor + nameLength)
      headers.push([name, value])
    }
    return headers
  }

  get offsetDelta(): number {
    const { bytes } = this.source
    return readVarint(bytes, skipVarint(bytes, this.at + 1))
  }

  toJSON(): object {
    const { topic, partition, offset, timestampMs } = this
    return { topic, partition, offset: offset.toString(), timestampMs }
  }

  private keyStart(): number {
    const { bytes } = this.source
    return skipVarint(bytes, skipVarint(bytes, this.at + 1))
  }

  private valueStart(): number {
    skipSlice(this.source.bytes, this.keyStart())
    return cursor
  }
}

/** Zigzag, up to 32 bits; leaves `cursor` behind it. */
function readVarint(bytes: Buffer, start: number): number {
  let at = start
  let byte = bytes[at++] as number
  let value = byte & 0x7f
  for (let shift = 7; byte & 0x80; shift += 7) {
    byte = bytes[at++] as number
    value |= (byte & 0x7f) << shift
  }
  cursor = at
  return (value >>> 1) ^ -(value & 1)
}

/** Zigzag, up to 64 bits, exact below 2^53: timestamps can be far from their batch's first. */
function readVarlong(bytes: Buffer, start: number): number {
  let at = start
  let byte = bytes[at++] as number
  let value = byte & 0x7f
  for (let scale = 128; byte & 0x80; scale *= 128) {
    byte = bytes[at++] as number
    value += (byte & 0x7f) * scale
  }
  cursor = at
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}

function skipVarint(bytes: Buffer, start: number): number {
  let at = start
  while ((bytes[at++] as number) & 0x80);
  return at
}

/** A length and that many bytes; leaves `cursor` behind them. */
function sliceAt(bytes: Buffer, start: number): Buffer | null {
  const length = readVarint(bytes, start)
  if (length < 0) return null
  const from = cursor
  cursor += length
  return bytes.subarray(from, cursor)
}

function skipSlice(bytes: Buffer, start: number): void {
  const length = readVarint(bytes, start)
  if (length > 0) cursor += length
}
