/**
 * CRC-32C (Castagnoli), the checksum of record batches; Node's zlib has only the other polynomial.
 *
 * Eight table look-ups take eight bytes at once ("slicing by 8"), some four times faster than a byte at a time.
 *
 * @see RFC 3720, appendix B.4, for the polynomial and test vectors; Kounavis and Berry 2005 for slicing
 */
const polynomialReversed = 0x82f63b78
const slices = 8

const tables: readonly Int32Array[] = makeTables()
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
]

/** @returns the checksum of `bytes[start..end)` as an unsigned 32-bit number. */
export function crc32c(bytes: Buffer, start = 0, end = bytes.length): number {
  let crc = -1
  let at = start
  for (const last = end - slices; at <= last; at += slices) {
    const low =
      crc ^
      (byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24))
    crc =
      entry(t7, low & 0xff) ^
      entry(t6, (low >>> 8) & 0xff) ^
      entry(t5, (low >>> 16) & 0xff) ^
      entry(t4, low >>> 24) ^
      entry(t3, byteAt(bytes, at + 4)) ^
      entry(t2, byteAt(bytes, at + 5)) ^
      entry(t1, byteAt(bytes, at + 6)) ^
      entry(t0, byteAt(bytes, at + 7))
  }
  for (; at < end; at++) crc = entry(t0, (crc ^ byteAt(bytes, at)) & 0xff) ^ (crc >>> 8)
  return (crc ^ -1) >>> 0
}

function byteAt(bytes: Buffer, at: number): number {
  return bytes[at] as number
}

function entry(table: Int32Array, index: number): number {
  return table[index] as number
}

function makeTables(): Int32Array[] {
  const first = new Int32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomialReversed : crc >>> 1
    first[byte] = crc
  }
  const all = [first]
  for (let slice = 1; slice < slices; slice++) {
    const before = all[slice - 1] as Int32Array
    all.push(before.map(crc => entry(first, crc & 0xff) ^ (crc >>> 8)))
  }
  return all
}
