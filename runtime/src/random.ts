/** Chance as a parameter: from the system in production, from a seed where a run must be repeatable. */
import { randomBytes } from 'node:crypto'

export interface Random {
  /** At least 0, less than 1. */
  next(): number
  /** A whole number, at least 0 and less than `below`. */
  integer(below: number): number
  /** A short identifier, 16 hexadecimal digits. */
  id(): string
}

export const systemRandom: Random = {
  next: () => Math.random(),
  integer: below => Math.floor(Math.random() * below),
  id: () => randomBytes(8).toString('hex'),
}

/**
 * The same numbers for the same seed, on every machine.
 *
 * @see Mulberry32, a 32-bit generator of Tommy Ettinger: small state, good enough for choosing faults, not for secrets.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const hex8 = () =>
    Math.floor(next() * 4_294_967_296)
      .toString(16)
      .padStart(8, '0')
  return { next, integer: below => Math.floor(next() * below), id: () => hex8() + hex8() }
}
