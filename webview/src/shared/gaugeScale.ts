/** Arithmetic of the tide gauge. Pure: bigint in, shares of a bar out. */
import type { PartitionRow } from '../protocol.ts'
import { distance, toBigInt } from './numbers.ts'

/** Share of the gauge that the longest lag of a topic takes, so that something of what is processed stays in sight. */
const lagShare = 0.6
/** Least offsets a gauge spans: a topic whose groups are all caught up does not blow three markers up to a full bar. */
const spanMin = 20n
const ticksWanted = 6
/** Shares are counted in parts of this, exact in a double. */
const parts = 1_000_000n

/** One scale per topic: how many offsets the whole bar spans, counted back from each partition's log end. */
export interface GaugeScale {
  readonly span: bigint
  /** Offsets from one tick to the next: 1, 2 or 5 times a power of ten. */
  readonly tick: bigint
}

/** Parts of the bar from left to right; all but `isTorn` are shares of the span, 0 to 1. They sum up to 1. */
export interface GaugeParts {
  /** Before anything of this log: its partition is shorter than the scale. */
  readonly before: number
  /** Taken by retention before it was read. */
  readonly taken: number
  readonly processed: number
  readonly readable: number
  /** Behind the committed offset, not yet told apart into records and what no reader gets. */
  readonly notCounted: number
  /** Markers, aborted records and gaps. */
  readonly unreadable: number
  /** In transactions that are still open, or after such: whether they are to be read is not decided. */
  readonly undecided: number
  /** The log goes on to the left of the bar. */
  readonly isTorn: boolean
}

/**
 * The scale that shows every partition of one topic: the longest lag takes {@link lagShare} of the bar, and no more is
 * spanned than the longest log holds.
 */
export function gaugeScale(rows: readonly PartitionRow[]): GaugeScale {
  let longestLog = 0n
  let longestLag = 0n
  for (const row of rows) {
    const log = logLength(row)
    const lag = lagLength(row)
    if (log > longestLog) longestLog = log
    if (lag > longestLag) longestLag = lag
  }
  const wanted = BigInt(Math.ceil(Number(longestLag) / lagShare))
  const span = max(min(max(wanted, spanMin), max(longestLog, longestLag)), 1n)
  return { span, tick: niceTick(span) }
}

export function gaugeParts(row: PartitionRow, { span }: GaugeScale): GaugeParts {
  const share = (length: bigint): number => Number((min(length, span) * parts) / span) / Number(parts)
  const log = distance(row.logStartOffset, row.logEndOffset)
  const taken = toBigInt(row.lag.takenByRetention)
  const behind = lagLength(row) - taken
  const counted = toBigInt(row.lag.markersAndAborted) + toBigInt(row.lag.gaps)
  const isCounted = row.lag.readable !== undefined
  const all = share(behind)
  const unreadable = share(min(counted, behind))
  const undecided = Math.min(share(toBigInt(row.lag.inOpenTransactions)), all - unreadable)
  const left = all - unreadable - undecided
  const shownTaken = Math.min(share(taken), 1 - all)
  const processed = Math.max(0, Math.min(share(log - behind), 1 - all - shownTaken))
  return {
    before: Math.max(0, 1 - all - shownTaken - processed),
    taken: shownTaken,
    processed,
    readable: isCounted ? left : 0,
    notCounted: isCounted ? 0 : left,
    unreadable,
    undecided,
    isTorn: log + taken > span,
  }
}

/** Offsets between log start, or the committed offset where retention has passed it, and log end. */
function logLength(row: PartitionRow): bigint {
  return distance(row.logStartOffset, row.logEndOffset) + toBigInt(row.lag.takenByRetention)
}

/** Offsets from the committed one to the log end; of a group that never committed all that the log holds. */
function lagLength(row: PartitionRow): bigint {
  if (row.committedOffset === undefined) return distance(row.logStartOffset, row.logEndOffset)
  return distance(row.committedOffset, row.logEndOffset)
}

function niceTick(span: bigint): bigint {
  const raw = span / BigInt(ticksWanted)
  if (raw <= 1n) return 1n
  const power = 10n ** BigInt(raw.toString().length - 1)
  const leading = Number(raw / power)
  return power * (leading < 2 ? 1n : leading < 5 ? 2n : 5n)
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
