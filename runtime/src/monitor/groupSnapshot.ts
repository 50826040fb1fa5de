/** One group's rows from what was read of it. */
import { judge, type Readers, worstStatus } from '../semantics/groupStatus.ts'
import { type LagByCause, lagOf, type RangeCount } from '../semantics/lag.ts'
import { partitionName, type TopicPartition } from '../semantics/ranges.ts'
import { type GroupHistory, noteEvent, noteMembers, positionsOf } from './groupHistory.ts'
import type { CommittedPosition } from './readGroups.ts'
import type { GroupMember, GroupPartition, GroupSnapshot, GroupSummary, LogEnds } from './snapshot.ts'

export interface GroupInput {
  readonly group: GroupSummary
  readonly partitions: readonly TopicPartition[]
  readonly committed: readonly CommittedPosition[]
  readonly members: readonly GroupMember[] | undefined
  readonly ends: ReadonlyMap<string, LogEnds>
  /** What the unread ranges hold, by partition, where that was counted. */
  readonly counts: ReadonlyMap<string, RangeCount>
  readonly atMs: number
}

export function groupSnapshot(input: GroupInput, history: GroupHistory): GroupSnapshot {
  const { group, members, atMs } = input
  const entry = history.of(watchedKey(group), atMs)
  const byPartition = new Map(input.committed.map(position => [partitionName(position), position]))
  const owners = new Map(
    members?.flatMap(({ clientId, assignment }) => assignment.map(item => [partitionName(item), clientId] as const)),
  )
  const readers = readersOf(group, members)
  if (members) noteMembers(entry, members, atMs)
  const rewound: string[] = []

  const partitions = input.partitions.map((place): GroupPartition => {
    const name = partitionName(place)
    const committed = byPartition.get(name)
    const ends = input.ends.get(name)
    const position = { committedOffset: committed?.offset, isForeign: committed?.isForeign }
    const lag = ends && lagOf({ ...ends, ...position }, input.counts.get(name))
    const judgement = judged(lag, committed, ends, atMs, readers, () => {
      const samples = positionsOf(entry, name)
      if (committed && samples.isBehind(committed.offset)) rewound.push(name)
      return samples
    })
    return {
      ...place,
      ends,
      committedOffset: committed?.offset,
      metadata: committed?.metadata,
      lag,
      ...judgement,
      owner: owners.get(name),
    }
  })
  noteEvent(entry, 'rewound', rewound, atMs)
  const total = totalOf(partitions)
  // A leader that does not answer takes no lag away: a chart that fell then would tell of progress.
  if (total.offsetsBehind !== undefined && !total.isPartial)
    entry.lag.add({ atMs, readable: total.readable, offsetsBehind: total.offsetsBehind })
  return {
    ...group,
    members,
    partitions,
    status: worstStatus(partitions.map(({ status }) => status)),
    ...total,
    secondsBehind: total.isPartial ? undefined : oldest(partitions),
    history: entry.lag.list(),
    events: entry.events,
  }
}

/** Whether a log that was committed to is not known: what is told of the others is less than the whole. */
export function isPartlyRead(partitions: readonly Pick<GroupPartition, 'committedOffset' | 'lag'>[]): boolean {
  return partitions.some(({ committedOffset, lag }) => committedOffset !== undefined && lag === undefined)
}

/** What to write before a group's lag: an upper bound while markers are not counted out, a lower one where a log is not known. */
export function boundOf({ readable, isPartial }: Pick<GroupSnapshot, 'readable' | 'isPartial'>): string {
  if (isPartial) return readable === undefined ? '≈ ' : '≥ '
  return readable === undefined ? '≤ ' : ''
}

/** A pipeline's own positions and those it mirrors to Kafka under the same group id are two rows. */
export function watchedKey({ groupId, type, state }: GroupSummary): string {
  return type === 'stored' ? `${state}\n${groupId}` : groupId
}

function readersOf({ type, state }: GroupSummary, members: readonly GroupMember[] | undefined): Readers {
  if (type === 'simple' || type === 'stored') return 'unknowable'
  const isEmpty = members ? members.length === 0 : state === 'Empty' || state === 'Dead'
  return isEmpty ? 'none' : 'members'
}

/** The oldest unread record of all; one partition of which nobody knows leaves it open. */
function oldest(partitions: readonly GroupPartition[]): number | undefined {
  const lags = partitions.filter(({ lag }) => lag?.state === 'behind' || lag?.state === 'caughtUp')
  if (lags.length === 0 || lags.some(({ secondsBehind }) => secondsBehind === undefined)) return undefined
  return lags.reduce((most, { secondsBehind = 0 }) => Math.max(most, secondsBehind), 0)
}

type Judgement = Pick<
  GroupPartition,
  'status' | 'consumedPerSecond' | 'producedPerSecond' | 'secondsLeft' | 'secondsBehind'
>

/** A position is judged by its samples, to which this one is added; where there is none there is nothing to judge. */
function judged(
  lag: LagByCause | undefined,
  committed: CommittedPosition | undefined,
  ends: LogEnds | undefined,
  atMs: number,
  readers: Readers,
  samplesOf: () => ReturnType<typeof positionsOf>,
): Judgement {
  const unknown = {
    consumedPerSecond: undefined,
    producedPerSecond: undefined,
    secondsLeft: undefined,
    secondsBehind: lag?.state === 'caughtUp' ? 0 : undefined,
  }
  if (lag?.state === 'neverCommitted' || lag?.state === 'positionLost') return { status: lag.state, ...unknown }
  if (!lag || !committed || !ends) return { status: 'unknown', ...unknown }
  const samples = samplesOf()
  const left = lag.readable ?? lag.offsets
  samples.add({ atMs, committedOffset: committed.offset, lag: left, endOffset: ends.lastStableOffset })
  const window = samples.list()
  const verdict = judge(window, readers)
  return window.length < 2 ? { ...unknown, status: verdict.status } : verdict
}

/** Sums over the partitions that have a position. One that is uncounted leaves the sum of records open. */
function totalOf(
  partitions: readonly GroupPartition[],
): Pick<GroupSnapshot, 'readable' | 'offsetsBehind' | 'isPartial'> {
  const lags = partitions.flatMap(({ lag }) =>
    lag && (lag.state === 'behind' || lag.state === 'caughtUp') ? [lag] : [],
  )
  const isPartial = isPartlyRead(partitions)
  if (lags.length === 0) return { readable: undefined, offsetsBehind: undefined, isPartial }
  const isCounted = lags.every(({ readable }) => readable !== undefined)
  return {
    readable: isCounted ? lags.reduce((sum, { readable = 0n }) => sum + readable, 0n) : undefined,
    offsetsBehind: lags.reduce((sum, { offsets }) => sum + offsets, 0n),
    isPartial,
  }
}
