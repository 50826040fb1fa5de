/** Which partition a record without one goes to: where Kafka's Java client would put it, so that keys stay together. */
import { Buffer } from 'node:buffer'

/** @param key `null` has no place of its own; the caller spreads those. */
export function partitionOfKey(key: Buffer | string, partitionCount: number): number {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key
  return (murmur2(bytes) & 0x7fffffff) % partitionCount
}

/**
 * MurmurHash2, 32 bits, with Kafka's seed.
 *
 * @see Austin Appleby, MurmurHash2; `org.apache.kafka.common.utils.Utils.murmur2`
 */
export function murmur2(bytes: Buffer): number {
  const multiplier = 0x5bd1e995
  let hash = 0x9747b28c ^ bytes.length
  const tail = bytes.length & ~3
  for (let at = 0; at < tail; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), multiplier)
    word = Math.imul(word ^ (word >>> 24), multiplier)
    hash = Math.imul(hash, multiplier) ^ word
  }
  const rest = bytes.length & 3
  if (rest === 3) hash ^= (bytes[tail + 2] as number) << 16
  if (rest >= 2) hash ^= (bytes[tail + 1] as number) << 8
  if (rest >= 1) hash = Math.imul(hash ^ (bytes[tail] as number), multiplier)
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return hash ^ (hash >>> 15)
}
