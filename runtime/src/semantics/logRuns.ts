/**
 * What a stretch of a log holds, as runs: counted once while it is read, asked for again and again as positions move.
 *
 * Neighbours of one kind without gaps become one run, so a log of any length without compaction or transactions is a
 * single run, and a transactional one two a transaction.
 */
import type { RangeCount } from './lag.ts'

/** A batch as read: offsets `fromOffset` to `untilOffset` (exclusive) were written, `recordCount` of them are still there. */
export interface LogBatch {
  readonly fromOffset: number
  readonly untilOffset: number
  readonly recordCount: number
  /** Data of a committed or no transaction; else a marker, or data of an aborted one. */
  readonly isReadable: boolean
}

interface Run extends LogBatch {
  readonly isDense: boolean
}

export class LogRuns {
  #runs: Run[] = []
  #fromOffset: number
  #untilOffset: number

  /** Covers nothing yet, from `offset` on. */
  constructor(offset: number) {
    this.#fromOffset = offset
    this.#untilOffset = offset
  }

  get fromOffset(): number {
    return this.#fromOffset
  }

  /** Everything below is counted. */
  get untilOffset(): number {
    return this.#untilOffset
  }

  get runCount(): number {
    return this.#runs.length
  }

  /** Appends a batch; offsets between the last one and this are gaps. One that was covered already is left out. */
  append(batch: LogBatch): void {
    if (batch.untilOffset <= this.#untilOffset) return
    const isDense = batch.recordCount === batch.untilOffset - batch.fromOffset
    const last = this.#runs.at(-1)
    if (
      last &&
      isDense &&
      last.isDense &&
      last.isReadable === batch.isReadable &&
      last.untilOffset === batch.fromOffset
    )
      this.#runs[this.#runs.length - 1] = {
        ...last,
        untilOffset: batch.untilOffset,
        recordCount: last.recordCount + batch.recordCount,
      }
    else this.#runs.push({ ...batch, isDense })
    this.#untilOffset = batch.untilOffset
  }

  /** What was read holds nothing more below `offset`: gaps. */
  coverUntil(offset: number): void {
    if (offset > this.#untilOffset) this.#untilOffset = offset
  }

  /** Runs below are no longer asked for. */
  dropBefore(offset: number): void {
    const keep = this.#runs.findIndex(run => run.untilOffset > offset)
    if (keep > 0) this.#runs = this.#runs.slice(keep)
    else if (keep < 0) this.#runs = []
    this.#fromOffset = Math.max(this.#fromOffset, Math.min(offset, this.#runs[0]?.fromOffset ?? offset))
  }

  /**
   * What lies in a covered range.
   * @returns the run in the way, where the range begins or ends inside one with gaps: how many of its records lie on which
   * side only its records can tell.
   */
  count(fromOffset: number, untilOffset: number): RangeCount | { readonly unclear: LogBatch } {
    let readable = 0
    let others = 0
    for (const run of this.#runs) {
      if (run.untilOffset <= fromOffset) continue
      if (run.fromOffset >= untilOffset) break
      const isWhole = run.fromOffset >= fromOffset && run.untilOffset <= untilOffset
      if (!isWhole && !run.isDense) return { unclear: run }
      const records = isWhole
        ? run.recordCount
        : Math.min(run.untilOffset, untilOffset) - Math.max(run.fromOffset, fromOffset)
      if (run.isReadable) readable += records
      else others += records
    }
    const gaps = Math.max(0, untilOffset - fromOffset - readable - others)
    return { readable: BigInt(readable), markersAndAborted: BigInt(others), gaps: BigInt(gaps) }
  }
}
