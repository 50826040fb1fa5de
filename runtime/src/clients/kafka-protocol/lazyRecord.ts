/**
 * One record as a position in its batch: what is not read is not decoded.
 *
 * Only the length in front of each record is looked at when an answer is walked, so a record costs a few nanoseconds
 * and one small object until its key, value or headers are asked for.
 */
import type { KafkaRecord } from '../client.ts'
import { BatchFormatError, type BatchSource, type RecordBatch } from './recordBatch.ts'

/**
 * Appends the records of a batch that lie at or after `fromOffset`.
 *
 * @throws BatchFormatError the lengths do not fit the batch.
 */
export function appendRecords(
  into: KafkaRecord[],
  batch: Pick<RecordBatch, 'baseOffset' | 'recordCount'>,
  source: BatchSource,
  fromOffset: number,
): void {
  const { bytes } = source
  const mayStartEarlier = batch.baseOffset < fromOffset
  let at = 0
  for (let index = 0; index < batch.recordCount; index++) {
    let byte = bytes[at++] as number
    let length = byte & 0x7f
    for (let shift = 7; byte & 0x80; shift += 7) {
      byte = bytes[at++] as number
      length |= (byte & 0x7f) << shift
    }
    const record = new LazyRecord(source, at)
    at += length >>> 1
    if (at > bytes.length) throw new BatchFormatError(`a record of ${length >>> 1} bytes in a batch of ${bytes.length}`)
    if (!mayStartEarlier || source.baseOffset + record.offsetDelta >= fromOffset) into.push(record)
  }
}

/** Where a varint ended; a module variable, since returning two numbers would make an object for each. */
let cursor = 0

class LazyRecord implements KafkaRecord {
  // Nothing that was cut is kept: two words less for each of the records that wait in a buffer.
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

  /** The offset as a number, exact below 2^53: for arithmetic on the hot path. */
  get offsetNumber(): number {
    return this.source.baseOffset + this.offsetDelta
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
