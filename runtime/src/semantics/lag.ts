/**
 * Lag by cause: why a committed offset is where it is, and how much of the distance to the log's end anybody will ever read.
 *
 * Offsets are positions, not counts. Between a committed offset and the end lie records, transaction markers, records of
 * aborted transactions, and gaps that compaction left; only the first are work that is left to do.
 */
import { most } from './bigints.ts'

export interface LagByCause {
  /**
   * `caughtUp`: nothing readable is left, whatever the distance in offsets.
   * `neverCommitted`: no position is stored, which is neither 0 nor a lag.
   * `positionLost`: what is stored is no offset of this log (negative, past its end, or of another topic of that name).
   */
  readonly state: 'caughtUp' | 'behind' | 'neverCommitted' | 'positionLost'
  /** Offsets between the position (or the log's start, when that is later) and the last stable offset. */
  readonly offsets: bigint
  /** Records that a reader of committed data will get. `undefined` where the log has not been counted. */
  readonly readable: bigint | undefined
  readonly markersAndAborted: bigint | undefined
  readonly gaps: bigint | undefined
  /** Offsets after the position that retention or a deletion has taken; they held at most as many records. */
  readonly takenByRetention: bigint
  /** Offsets past the last stable one: written by transactions that are still open, or after such. */
  readonly inOpenTransactions: bigint
}

export interface LogPosition {
  /** As stored; `undefined`: never committed. */
  readonly committedOffset: bigint | undefined
  readonly logStartOffset: bigint
  readonly lastStableOffset: bigint
  readonly highWatermark: bigint
  /** What is stored belongs to another topic, which had this name before or has it elsewhere. */
  readonly isForeign?: boolean | undefined
}

/** What the offsets of a range hold, found by reading it. The three add up to the range's length. */
export interface RangeCount {
  readonly readable: bigint
  readonly markersAndAborted: bigint
  readonly gaps: bigint
}

const nothing: RangeCount = { readable: 0n, markersAndAborted: 0n, gaps: 0n }

/** The range whose content decides the lag; `undefined` when there is no position in this log, empty when nothing is left. */
export function unreadRange(
  position: LogPosition,
): { readonly fromOffset: bigint; readonly untilOffset: bigint } | undefined {
  const { committedOffset, logStartOffset, lastStableOffset, highWatermark, isForeign } = position
  if (isForeign || committedOffset === undefined || committedOffset < 0n || committedOffset > highWatermark)
    return undefined
  const fromOffset = most(committedOffset, logStartOffset)
  return { fromOffset, untilOffset: most(lastStableOffset, fromOffset) }
}

/**
 * @param count content of `unreadRange(position)`; left out where it was not read.
 * @example
 * lagOf({ committedOffset: 18_110n, logStartOffset: 0n, lastStableOffset: 18_112n, highWatermark: 18_112n }, twoMarkers)
 * // caughtUp, although two offsets behind
 */
export function lagOf(position: LogPosition, count?: RangeCount): LagByCause {
  const { committedOffset, logStartOffset, lastStableOffset, highWatermark } = position
  const inOpenTransactions = highWatermark - lastStableOffset
  const range = unreadRange(position)
  if (!range || committedOffset === undefined) {
    const state = committedOffset === undefined ? 'neverCommitted' : 'positionLost'
    const unknown = { readable: undefined, markersAndAborted: undefined, gaps: undefined }
    return { state, offsets: lastStableOffset - logStartOffset, ...unknown, takenByRetention: 0n, inOpenTransactions }
  }
  const offsets = range.untilOffset - range.fromOffset
  const known = offsets === 0n ? nothing : count
  return {
    state: known?.readable === 0n ? 'caughtUp' : 'behind',
    offsets,
    readable: known?.readable,
    markersAndAborted: known?.markersAndAborted,
    gaps: known?.gaps,
    takenByRetention: logStartOffset > committedOffset ? logStartOffset - committedOffset : 0n,
    inOpenTransactions,
  }
}
