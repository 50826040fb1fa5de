/**
 * Record batches (format v2) as they lie in a fetch answer: headers at once, records when they are looked at.
 *
 * @see https://kafka.apache.org/documentation/#recordbatch
 */
import type { TopicPartition } from '../../semantics/ranges.ts'
import type { AbortedRange } from './requests/fetch.ts'

/** Bytes of a batch before its first record. */
export const batchHeaderBytes = 61
/** Base offset and length: what stands before the bytes that the length counts. */
const batchPrefixBytes = 12

export interface RecordBatch {
  readonly baseOffset: number
  /** Offset of the last record the batch was written with; compaction may have removed that record since. */
  readonly lastOffset: number
  readonly codec: number
  readonly isLogAppendTime: boolean
  readonly isTransactional: boolean
  readonly isControl: boolean
  readonly baseTimestampMs: number
  readonly maxTimestampMs: number
  readonly producerId: bigint
  readonly recordCount: number
  /** Records, still compressed; a slice of the answer. */
  readonly payload: Buffer
}

/** The log holds bytes that are no record batch of format v2. */
export class BatchFormatError extends Error {
  override name = 'BatchFormatError'
}

/**
 * The whole batches in `bytes`; the last one may be cut off by the fetch's size limit and is left out.
 *
 * @throws BatchFormatError
 */
export function batchesOf(bytes: Buffer): RecordBatch[] {
  const batches: RecordBatch[] = []
  let at = 0
  while (at + batchHeaderBytes <= bytes.length) {
    const end = at + batchPrefixBytes + bytes.readInt32BE(at + 8)
    const magic = bytes[at + 16]
    if (magic !== 2) throw new BatchFormatError(`message format ${magic}; only format 2 (Kafka 0.11 and later) is read`)
    if (end < at + batchHeaderBytes) throw new BatchFormatError(`a batch of ${end - at} bytes`)
    if (end > bytes.length) break
    batches.push(batchAt(bytes, at, end))
    at = end
  }
  return batches
}

function batchAt(bytes: Buffer, at: number, end: number): RecordBatch {
  const attributes = bytes.readInt16BE(at + 21)
  const baseOffset = Number(bytes.readBigInt64BE(at))
  return {
    baseOffset,
    lastOffset: baseOffset + bytes.readInt32BE(at + 23),
    codec: attributes & 0x07,
    isLogAppendTime: (attributes & 0x08) !== 0,
    isTransactional: (attributes & 0x10) !== 0,
    isControl: (attributes & 0x20) !== 0,
    baseTimestampMs: Number(bytes.readBigInt64BE(at + 27)),
    maxTimestampMs: Number(bytes.readBigInt64BE(at + 35)),
    producerId: bytes.readBigInt64BE(at + 43),
    recordCount: bytes.readInt32BE(at + 57),
    payload: bytes.subarray(at + batchHeaderBytes, end),
  }
}

/**
 * Leaves out control batches and the data of aborted transactions.
 *
 * Why the order matters: the broker names, for the range it answered, each aborted transaction's producer and first
 * offset. A producer's batches count as aborted from that offset until its next control record, so
 *   1. producer A opens a transaction at 10, producer B at 12
 *   2. B aborts at 20, A at 30: the answer lists B before A, in order of abort
 *   3. a filter that takes one range at a time, or ends a range at any record that looks like a marker, leaks A's data
 * Here ranges are ordered by first offset, all those reached are taken, and only a control batch ends one.
 */
export function committedBatches(batches: readonly RecordBatch[], aborted: readonly AbortedRange[]): RecordBatch[] {
  const ranges = aborted.toSorted((a, b) =>
    a.firstOffset < b.firstOffset ? -1 : a.firstOffset > b.firstOffset ? 1 : 0,
  )
  const abortedProducers = new Set<bigint>()
  let reached = 0
  return batches.filter(batch => {
    for (; reached < ranges.length && Number(ranges[reached]?.firstOffset) <= batch.lastOffset; reached++)
      abortedProducers.add(ranges[reached]?.producerId as bigint)
    if (batch.isControl) abortedProducers.delete(batch.producerId)
    return !batch.isControl && !(batch.isTransactional && abortedProducers.has(batch.producerId))
  })
}

export interface BatchSource extends TopicPartition {
  /** The batch's records, decompressed. */
  readonly bytes: Buffer
  readonly baseOffset: number
  readonly baseTimestampMs: number
  /** Set when the broker stamps the whole batch. */
  readonly appendTimestampMs: number | undefined
}
