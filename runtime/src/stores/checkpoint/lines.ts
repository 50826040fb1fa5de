/**
 * The write-ahead log's text: a line a record, `<crc32 of the JSON, 8 hex digits> <JSON>\n`. Pure; files are elsewhere.
 *
 * JSON text holds neither a line feed nor a zero byte, which is what tells a torn write from a damaged file:
 *   - a tail without a line feed was cut while it was written, and never acknowledged: dropped
 *   - a block of zeros in the tail never reached the disk, though the file's new size did: dropped likewise
 *   - any other line whose sum is wrong was whole once and has been changed since: refused, since dropping it would move positions back
 */
import { crc32 } from 'node:zlib'

export type Scan =
  | { readonly kind: 'whole'; readonly records: readonly unknown[]; readonly keepBytes: number }
  /** The first `keepBytes` are good; what follows was never acknowledged. */
  | { readonly kind: 'torn'; readonly records: readonly unknown[]; readonly keepBytes: number }
  | { readonly kind: 'damaged'; readonly atByte: number }

const lineFeed = 0x0a
const sumLength = 8
const sectorBytes = 512

export function encodeLine(record: unknown): Buffer {
  const json = Buffer.from(JSON.stringify(record))
  return Buffer.concat([Buffer.from(`${sumOf(json)} `), json, Buffer.of(lineFeed)])
}

/** Reads a whole log. */
export function scanLines(log: Buffer): Scan {
  const records: unknown[] = []
  for (let start = 0; start < log.length; ) {
    const end = log.indexOf(lineFeed, start)
    const line = log.subarray(start, end < 0 ? log.length : end)
    const record = end < 0 ? undefined : decode(line)
    if (record === undefined) {
      return isTorn(log, start, end) ? { kind: 'torn', records, keepBytes: start } : { kind: 'damaged', atByte: start }
    }
    records.push(record)
    start = end + 1
  }
  return { kind: 'whole', records, keepBytes: log.length }
}

/** Whether the bytes from `start` on can be the remains of one append that did not finish. */
function isTorn(log: Buffer, start: number, end: number): boolean {
  if (hasUnwrittenBlock(log, start)) return !hasWholeLineAfter(log, end)
  // Cut short, no line feed. A tail that is a whole record plus one byte is no beginning of a record: its line feed was changed.
  return end < 0 && decode(log.subarray(start, -1)) === undefined
}

/** Disks write whole sectors: a single zero byte is damage, a sector's worth of them (as far as the file reaches) was not written. */
function hasUnwrittenBlock(log: Buffer, start: number): boolean {
  for (let from = start; from < log.length; from = nextSector(from)) {
    const sector = log.subarray(from, nextSector(from))
    if (sector.every(byte => byte === 0)) return true
  }
  return false
}

function nextSector(position: number): number {
  return (Math.floor(position / sectorBytes) + 1) * sectorBytes
}

function hasWholeLineAfter(log: Buffer, lineEnd: number): boolean {
  for (let start = lineEnd + 1; lineEnd >= 0 && start < log.length; ) {
    const end = log.indexOf(lineFeed, start)
    if (end < 0) return false
    if (decode(log.subarray(start, end)) !== undefined) return true
    start = end + 1
  }
  return false
}

function decode(line: Buffer): unknown {
  const json = line.subarray(sumLength + 1)
  if (line.length < sumLength + 3 || line.toString('latin1', 0, sumLength + 1) !== `${sumOf(json)} `) return undefined
  try {
    return JSON.parse(json.toString()) as unknown
  } catch {
    return undefined
  }
}

function sumOf(json: Buffer): string {
  return crc32(json).toString(16).padStart(sumLength, '0')
}
