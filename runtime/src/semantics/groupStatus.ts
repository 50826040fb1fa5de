/**
 * How a consumer does, judged over a window of samples and never by one number.
 *
 * The idea is Burrow's; three of its verdicts are known to be wrong and are avoided:
 *   - it calls a group fine when lag was zero once in the window, so a backlog that grows from zero is fine for a whole
 *     window. Here zero counts only when it is zero now.
 *   - it compares lag only at commits, so a group that fell silent while producers go on stays fine for as long as its last
 *     commits were. Here the samples are ours, taken at each refresh, whether anybody commits or not.
 *   - it wants lag to rise at every step to call it growing, so one dip hides a trend. Here the lowest lag of each third of
 *     the window is compared: commits in batches make lag a saw, and its lower edge is what a consumer cannot get below.
 *
 * @see https://github.com/linkedin/Burrow/wiki/Consumer-Lag-Evaluation-Rules
 */

export type PartitionStatus =
  /** Nothing to read, or reading as fast as it comes. */
  | 'ok'
  /** The backlog shrinks. */
  | 'catchingUp'
  /** The backlog grows, or stays while it is more than the window's work. */
  | 'fallingBehind'
  /** Records wait, members are there, and the position stands still. */
  | 'stalled'
  /** Records wait, and no member is there to read them. */
  | 'stopped'
  /** The position went back in the window. */
  | 'rewound'
  | 'positionLost'
  | 'neverCommitted'
  /** Too few samples to tell. */
  | 'unknown'

export type GroupStatus = PartitionStatus

export interface PositionSample {
  readonly atMs: number
  readonly committedOffset: bigint
  /** Readable records behind where they were counted, else offsets behind. */
  readonly lag: bigint
  /** Last stable offset. */
  readonly endOffset: bigint
}

/** Least time that samples must span before silence or growth means anything. */
export const windowMinMs = 10_000
/** A position that stands still for less time says nothing: many consumers commit every few seconds. */
const silenceMinMs = 30_000
/**
 * Lag that is worth less time than this is keeping up. Positions arrive in steps (a commit each second, a batch), so below it
 * growth and shrinking are only the moment at which one looked.
 */
const keepingUpSecondsMax = 2

/**
 * Who may move the position: members of the group, nobody, or somebody whom the group does not know of (a store that mirrors
 * its offsets, a consumer that assigns partitions to itself).
 */
export type Readers = 'members' | 'none' | 'unknowable'

/** What the window says of one partition that has a position. */
export interface Verdict extends Rates {
  readonly status: PartitionStatus
  /**
   * Until what waits now has been read: 0 when nothing waits, `Infinity` when the backlog does not shrink,
   * `undefined` while the window is too short to tell.
   */
  readonly secondsLeft: number | undefined
  /** How long ago the end of the log passed the position: the age of what waits. 0 when nothing waits. */
  readonly secondsBehind: number | undefined
}

/** @param samples oldest first. */
export function judge(samples: readonly PositionSample[], readers: Readers): Verdict {
  const rates = ratesOf(samples)
  const status = statusOf(samples, readers, rates)
  return {
    status,
    ...rates,
    secondsLeft: secondsLeft(samples, status, rates),
    secondsBehind: secondsBehind(samples, rates),
  }
}

/**
 * Time lag: between the samples in which the end lay before and behind the position; at the window's production rate where it
 * had passed the position before the window began.
 */
function secondsBehind(samples: readonly PositionSample[], { producedPerSecond }: Rates): number | undefined {
  const first = samples[0]
  const last = samples.at(-1)
  if (!first || !last) return undefined
  if (last.lag === 0n) return 0
  const position = last.committedOffset
  for (let i = samples.length - 1; i > 0; i--) {
    const before = samples[i - 1] as PositionSample
    const after = samples[i] as PositionSample
    if (before.endOffset > position || after.endOffset <= position) continue
    const share = Number(position - before.endOffset) / Number(after.endOffset - before.endOffset)
    return (last.atMs - before.atMs - share * (after.atMs - before.atMs)) / 1_000
  }
  const beforeWindow = Number(first.endOffset - position) / producedPerSecond
  return producedPerSecond > 0 ? (last.atMs - first.atMs) / 1_000 + beforeWindow : undefined
}

function statusOf(samples: readonly PositionSample[], readers: Readers, rates: Rates): PartitionStatus {
  const last = samples.at(-1)
  const first = samples[0]
  if (!last || !first) return 'unknown'
  if (hasRewound(samples)) return 'rewound'
  if (last.lag === 0n) return 'ok'
  const hasMoved = last.committedOffset !== first.committedOffset
  if (readers === 'none' || (readers === 'unknowable' && !hasMoved)) return 'stopped'
  if (isSilent(samples)) return 'stalled'
  if (last.atMs - first.atMs < windowMinMs) return 'unknown'
  // Records that came a moment ago to a reader that had read all before.
  if (!hasMoved) return samples.some(({ lag }) => lag === 0n) ? 'ok' : 'unknown'

  const secondsOf = (lag: bigint) => Number(lag) / rates.consumedPerSecond
  const [early, middle, late] = lowestOfThirds(samples)
  if (secondsOf(late) <= keepingUpSecondsMax) return 'ok'
  if (late > middle && middle >= early && secondsOf(late - early) > keepingUpSecondsMax) return 'fallingBehind'
  if (late < early && late <= middle && secondsOf(early - late) > keepingUpSecondsMax) return 'catchingUp'
  const windowSeconds = (last.atMs - first.atMs) / 1_000
  return secondsOf(late) > windowSeconds ? 'fallingBehind' : 'ok'
}

function secondsLeft(
  samples: readonly PositionSample[],
  status: PartitionStatus,
  { consumedPerSecond, producedPerSecond }: Rates,
): number | undefined {
  const lag = samples.at(-1)?.lag
  if (lag === 0n) return 0
  if (lag === undefined || status === 'unknown' || status === 'rewound') return undefined
  if (status === 'ok') return consumedPerSecond > 0 ? Number(lag) / consumedPerSecond : undefined
  const shrinkPerSecond = consumedPerSecond - producedPerSecond
  return status === 'catchingUp' && shrinkPerSecond > 0 ? Number(lag) / shrinkPerSecond : Number.POSITIVE_INFINITY
}

const bySeverity: readonly PartitionStatus[] = [
  'positionLost',
  'rewound',
  'stalled',
  'stopped',
  'fallingBehind',
  'unknown',
  'catchingUp',
  'ok',
  'neverCommitted',
]

/** A group is as well as its worst partition. Partitions never committed say nothing, unless all are. */
export function worstStatus(statuses: readonly PartitionStatus[]): GroupStatus {
  return bySeverity.find(status => statuses.includes(status)) ?? 'neverCommitted'
}

export interface Rates {
  readonly consumedPerSecond: number
  readonly producedPerSecond: number
}

/** Offsets a second over the samples' span. A rewind is not consumption. */
export function ratesOf(samples: readonly PositionSample[]): Rates {
  const first = samples[0]
  const last = samples.at(-1)
  const seconds = first && last ? (last.atMs - first.atMs) / 1_000 : 0
  if (!first || !last || seconds <= 0) return { consumedPerSecond: 0, producedPerSecond: 0 }
  let consumed = 0n
  let produced = 0n
  for (let i = 1; i < samples.length; i++) {
    const before = samples[i - 1] as PositionSample
    const after = samples[i] as PositionSample
    if (after.committedOffset > before.committedOffset) consumed += after.committedOffset - before.committedOffset
    if (after.endOffset > before.endOffset) produced += after.endOffset - before.endOffset
  }
  return { consumedPerSecond: Number(consumed) / seconds, producedPerSecond: Number(produced) / seconds }
}

/**
 * Records wait and the position stands still, for longer than it ever stood between two moves in this window: a batch job
 * that commits each minute is not stalled after half of one.
 */
function isSilent(samples: readonly PositionSample[]): boolean {
  let waitingSinceMs: number | undefined
  let longestPauseMs = 0
  let before: PositionSample | undefined
  for (const sample of samples) {
    if (before && sample.committedOffset !== before.committedOffset) {
      if (waitingSinceMs !== undefined) longestPauseMs = Math.max(longestPauseMs, sample.atMs - waitingSinceMs)
      waitingSinceMs = undefined
    }
    waitingSinceMs = sample.lag > 0n ? (waitingSinceMs ?? sample.atMs) : undefined
    before = sample
  }
  return (
    before !== undefined &&
    waitingSinceMs !== undefined &&
    before.atMs - waitingSinceMs >= Math.max(silenceMinMs, 3 * longestPauseMs)
  )
}

/** A position that went back counts until it has passed the place where it was. */
function hasRewound(samples: readonly PositionSample[]): boolean {
  const last = samples.at(-1)
  if (last === undefined) return false
  for (const { committedOffset } of samples) if (committedOffset > last.committedOffset) return true
  return false
}

function lowestOfThirds(samples: readonly PositionSample[]): [bigint, bigint, bigint] {
  const startMs = samples[0]?.atMs ?? 0
  const spanMs = (samples.at(-1)?.atMs ?? 0) - startMs
  const lowest: (bigint | undefined)[] = [undefined, undefined, undefined]
  for (const { atMs, lag } of samples) {
    const third = Math.min(2, Math.floor(((atMs - startMs) / spanMs) * 3))
    const known = lowest[third]
    if (known === undefined || lag < known) lowest[third] = lag
  }
  const [early = 0n, middle = early, late = middle] = lowest
  return [early, middle, late]
}
