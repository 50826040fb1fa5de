/** Positions at earlier refreshes, bounded in number and small enough to be kept for every partition of a large cluster. */
import type { PositionSample } from '../semantics/groupStatus.ts'
import type { LagSample } from './snapshot.ts'

const fields = 4
const notCounted = -1

/**
 * Rows of four numbers, oldest first. Offsets are kept as distances from the first one seen, which stay exact far beyond
 * what a partition can gain while somebody looks at it.
 */
class Rows {
  readonly #rowsMax: number
  readonly #spacingMs: number
  #values = new Float64Array(fields * 4)
  #count = 0

  constructor(windowMs: number, rowsMax: number) {
    this.#rowsMax = rowsMax
    this.#spacingMs = windowMs / rowsMax
  }

  get count(): number {
    return this.#count
  }

  at(row: number, field: number): number {
    return this.#values[row * fields + field] as number
  }

  /** The newest row is always the present one; it is kept for good once it is a step away from the one before. */
  add(atMs: number, a: number, b: number, c: number): void {
    const isStep = this.#count < 2 || this.at(this.#count - 1, 0) - this.at(this.#count - 2, 0) >= this.#spacingMs
    if (!isStep) this.#count--
    if (this.#count === this.#rowsMax) {
      this.#values.copyWithin(0, fields)
      this.#count--
    }
    const at = this.#count * fields
    if (at === this.#values.length) {
      const larger = new Float64Array(Math.min(this.#rowsMax * fields, this.#values.length * 2))
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values.set([atMs, a, b, c], at)
    this.#count++
  }

  dropBefore(atMs: number): void {
    let gone = 0
    while (gone < this.#count && this.at(gone, 0) < atMs) gone++
    if (gone === 0) return
    this.#values.copyWithin(0, gone * fields)
    this.#count -= gone
  }
}

const positionWindowMs = 300_000
const positionRowsMax = 24

/** The window by which a partition's status is judged: five minutes. */
export class PositionSamples {
  readonly #rows = new Rows(positionWindowMs, positionRowsMax)
  #base = 0n

  add({ atMs, committedOffset, lag, endOffset }: PositionSample): void {
    this.#rows.dropBefore(atMs - positionWindowMs)
    if (this.#rows.count === 0) this.#base = committedOffset
    this.#rows.add(atMs, Number(committedOffset - this.#base), Number(lag), Number(endOffset - this.#base))
  }

  /** Whether a position lies before the last one that was seen. */
  isBehind(committedOffset: bigint): boolean {
    const last = this.#rows.count - 1
    return last >= 0 && Number(committedOffset - this.#base) < this.#rows.at(last, 1)
  }

  list(): PositionSample[] {
    // A loop: this runs for every position of a large cluster in every refresh.
    const samples: PositionSample[] = []
    for (let row = 0; row < this.#rows.count; row++)
      samples.push({
        atMs: this.#rows.at(row, 0),
        committedOffset: this.#base + BigInt(this.#rows.at(row, 1)),
        lag: BigInt(this.#rows.at(row, 2)),
        endOffset: this.#base + BigInt(this.#rows.at(row, 3)),
      })
    return samples
  }
}

const lagWindowMs = 15 * 60_000
const lagRowsMax = 120

/** A group's lag over a quarter of an hour, for the chart. */
export class LagSamples {
  readonly #rows = new Rows(lagWindowMs, lagRowsMax)

  add({ atMs, readable, offsetsBehind }: LagSample): void {
    this.#rows.dropBefore(atMs - lagWindowMs)
    this.#rows.add(atMs, readable === undefined ? notCounted : Number(readable), Number(offsetsBehind), 0)
  }

  list(): LagSample[] {
    return Array.from({ length: this.#rows.count }, (_, row) => {
      const readable = this.#rows.at(row, 1)
      return {
        atMs: this.#rows.at(row, 0),
        readable: readable === notCounted ? undefined : BigInt(readable),
        offsetsBehind: BigInt(this.#rows.at(row, 2)),
      }
    })
  }
}
