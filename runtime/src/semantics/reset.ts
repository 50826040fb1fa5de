/** Where a reset would put a group's positions, and what that does to each partition. Pure. */
import { least, most } from './bigints.ts'
import type { TopicPartition } from './ranges.ts'

/** `shift`: so many offsets from where the group stands, back where negative. `time`: the first record at or after it. */
export type ResetTarget =
  | { readonly kind: 'earliest' | 'latest' }
  | { readonly kind: 'offset'; readonly offset: bigint }
  | { readonly kind: 'shift'; readonly by: bigint }
  | { readonly kind: 'time'; readonly timestampMs: number }

export interface PartitionStanding extends TopicPartition {
  readonly logStartOffset: bigint
  readonly highWatermark: bigint
  /** `undefined`: never committed. */
  readonly committedOffset: bigint | undefined
  /** For `time`: of the first record at or after it; `undefined`: there is none. */
  readonly offsetForTime?: bigint | undefined
}

export interface ResetMove extends TopicPartition {
  /** `undefined`: never committed. */
  readonly fromOffset: bigint | undefined
  readonly toOffset: bigint
  /** Offsets that are read again; markers, aborted records and gaps take offsets too, so records are at most as many. */
  readonly replayed: bigint
  /** Offsets that nobody reads any more, though they are there. */
  readonly skipped: bigint
  /** Of what lies between both positions, or behind the position asked for: what retention has taken already. */
  readonly taken: bigint
  /** What was asked for lies outside the log, so its nearest end is taken. */
  readonly isClamped: boolean
}

/**
 * What a reset would do to one partition.
 *
 * @returns `undefined`: nothing can be shifted where nothing was ever committed.
 * @see `kafka-consumer-groups.sh --reset-offsets`: it too keeps positions inside the log.
 * @example
 * resetMove({ topic: 'orders', partition: 0, logStartOffset: 10n, highWatermark: 50n, committedOffset: 30n }, { kind: 'earliest' })
 * // toOffset 10n, replayed 20n, skipped 0n
 */
export function resetMove(standing: PartitionStanding, target: ResetTarget): ResetMove | undefined {
  const { topic, partition, logStartOffset: start, highWatermark: end, committedOffset: fromOffset } = standing
  const wanted = wantedOffset(standing, target)
  if (wanted === undefined) return undefined
  const toOffset = within(wanted, start, end)
  // Of a position that is no offset of this log nothing can be counted; a reader begins at one of its ends.
  const from = fromOffset === undefined ? undefined : within(fromOffset, start, end)
  return {
    topic,
    partition,
    fromOffset,
    toOffset,
    replayed: from === undefined ? 0n : most(from - toOffset, 0n),
    skipped: from === undefined ? 0n : most(toOffset - from, 0n),
    taken: most(start - least(wanted, fromOffset ?? wanted), 0n),
    isClamped: wanted !== toOffset,
  }
}

function wantedOffset(standing: PartitionStanding, target: ResetTarget): bigint | undefined {
  switch (target.kind) {
    case 'earliest':
      return standing.logStartOffset
    case 'latest':
      return standing.highWatermark
    case 'offset':
      return target.offset
    case 'shift':
      return standing.committedOffset === undefined ? undefined : standing.committedOffset + target.by
    case 'time':
      return standing.offsetForTime ?? standing.highWatermark
  }
}

function within(offset: bigint, start: bigint, end: bigint): bigint {
  return least(most(offset, start), end)
}
