/** Records as the editor shows them: text, truncated, a window at a time. Everything that comes from Kafka is text here, never markup. */
import { isUtf8 } from 'node:buffer'
import type { BatchSlice } from '../dataset/batch.ts'
import {
  messageBytesMax,
  type RecordsParams,
  type RecordsResult,
  recordsPerRequestMax,
  recordTextMax,
  type WirePlace,
  type WireRange,
  type WireRecord,
} from '../protocol.ts'
import type { OffsetRange, TopicPartition } from '../semantics/ranges.ts'

/** A window may be shorter than asked: by the bound on its records, or on its bytes. */
export function recordsWindow(
  slices: readonly BatchSlice[],
  { from, count }: RecordsParams,
  outputsOf: (place: WirePlace) => number = () => 0,
): RecordsResult {
  const total = slices.reduce((sum, slice) => sum + slice.records.length, 0)
  const records: WireRecord[] = []
  let skip = Math.max(0, Math.floor(Number(from) || 0))
  let left = Math.min(recordsPerRequestMax, Math.max(0, Math.floor(Number(count) || 0)))
  let bytesLeft = messageBytesMax / 2
  for (const { records: all } of slices) {
    for (let at = Math.min(skip, all.length); at < all.length && left > 0 && bytesLeft > 0; at++) {
      const record = all.at(at)
      if (!record) break
      const key = textOf(record.key)
      const value = textOf(record.value)
      const { topic, partition, offset, timestampMs } = record
      const isTruncated = key.isTruncated || value.isTruncated
      const outputCount = outputsOf({ topic, partition, offset: `${offset}` })
      records.push({
        topic,
        partition,
        offset: `${offset}`,
        timestampMs,
        key: key.text,
        value: value.text,
        isTruncated,
        ...(outputCount > 0 ? { outputCount } : {}),
      })
      // A character may take six bytes once it is escaped in JSON.
      bytesLeft -= 200 + 6 * ((key.text?.length ?? 0) + (value.text?.length ?? 0))
      left--
    }
    skip = Math.max(0, skip - all.length)
  }
  return { total, records }
}

export function wireRange({ topic, partition, fromOffset, untilOffset }: OffsetRange): WireRange {
  return { topic, partition, fromOffset: `${fromOffset}`, untilOffset: `${untilOffset}` }
}

export function wirePlace({ topic, partition, offset }: TopicPartition & { readonly offset: bigint }): WirePlace {
  return { topic, partition, offset: `${offset}` }
}

/** UTF-8 where it is; else hexadecimal, marked as such. */
function textOf(bytes: Buffer | null): { readonly text: string | null; readonly isTruncated: boolean } {
  if (bytes === null) return { text: null, isTruncated: false }
  // A cut may fall inside a character: four bytes a character are enough for the text that is kept, and the rest is cut anyway.
  const head = bytes.subarray(0, recordTextMax * 4)
  const isText = isUtf8(head) || (bytes.length > head.length && isUtf8(wholeCharacters(head)))
  const text = isText ? head.toString() : `0x${head.subarray(0, recordTextMax / 2).toString('hex')}`
  const isTruncated =
    text.length > recordTextMax || bytes.length > head.length || (!isText && bytes.length > recordTextMax / 2)
  return { text: text.slice(0, recordTextMax), isTruncated }
}

function wholeCharacters(bytes: Buffer): Buffer {
  let end = bytes.length
  while (end > 0 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--
  return bytes.subarray(0, Math.max(0, end - 1))
}
