/** What a run can truthfully say about offsets when it ends. */
import { appendRange, type OffsetRange } from '../semantics/ranges.ts'

export interface StopReport {
  /** Ranges this run committed, joined per partition; the most recent ones where partitions came and went often. */
  readonly committed: readonly OffsetRange[]
  /** Ranges that had begun and were not committed: they run again at the next start, or at the next owner. */
  readonly willBeRedone: readonly OffsetRange[]
  /** Ranges whose commit had no answer, and which could not be read back. The next start settles them. */
  readonly unknown: readonly OffsetRange[]
  readonly batches: number
  readonly records: number
}

const committedRangesMax = 1_000

export class Ledger {
  readonly #committed: OffsetRange[] = []
  readonly #willBeRedone: OffsetRange[] = []
  readonly #unknown: OffsetRange[] = []
  #batches = 0
  #records = 0

  committed(ranges: readonly OffsetRange[], records: number): void {
    for (const range of ranges) appendRange(this.#committed, range)
    if (this.#committed.length > committedRangesMax)
      this.#committed.splice(0, this.#committed.length - committedRangesMax)
    this.#batches++
    this.#records += records
  }

  willBeRedone(ranges: readonly OffsetRange[]): void {
    this.#willBeRedone.push(...ranges)
  }

  unknown(ranges: readonly OffsetRange[]): void {
    this.#unknown.push(...ranges)
  }

  report(): StopReport {
    return {
      committed: [...this.#committed],
      willBeRedone: [...this.#willBeRedone],
      unknown: [...this.#unknown],
      batches: this.#batches,
      records: this.#records,
    }
  }
}
