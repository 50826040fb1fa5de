/** What the monitor has read, as the overview draws it. Pure: the words come with the caller's language. */
import type { ClusterSnapshot, GroupPartition, GroupSnapshot, GroupStatus } from '@tidemark/runtime/monitor'
import type {
  GroupDetail,
  GroupRow,
  LagByCause,
  LagPoint,
  OverviewSnapshot,
  PartitionRow,
  ViewAction,
} from '@tidemark/webview/protocol'

/** Points of the lag chart that are sent; more would not be told apart. */
export const historyPointsMax = 400

export interface OverviewLook {
  readonly cluster: string
  readonly isReadOnly: boolean
  readonly isPaused: boolean
  readonly selectedGroup: string | undefined
  /** Whether a pipeline of the workspace uses the group, so that its code can be opened and debugged. */
  readonly hasPipeline: (groupId: string) => boolean
  /** What is known of the guarantee of the group's pipelines. */
  readonly guarantees: (
    groupId: string,
  ) => readonly { readonly declared: string | undefined; readonly inferred: string }[]
  /** Where a group keeps its offsets when it is not in Kafka: `offsets in totals.db`. */
  readonly words: OverviewWords
}

export interface OverviewWords {
  connected(): string
  problem(place: string, message: string): string
  status(status: GroupStatus): string
  claims(guarantee: string): string
  inferred(guarantee: string): string
  members(count: number): string
}

export function overviewSnapshot(read: ClusterSnapshot, look: OverviewLook): OverviewSnapshot {
  const detailed = new Map(read.selectedGroups.map(group => [group.groupId, group]))
  const selected = look.selectedGroup === undefined ? undefined : detailed.get(look.selectedGroup)
  const [problem] = read.problems
  return {
    view: 'overview',
    cluster: look.cluster,
    status: {
      kind: 'connected',
      message: problem ? look.words.problem(problem.place, problem.message) : look.words.connected(),
    },
    brokerCount: read.brokers.length,
    kafkaVersion: read.kafkaVersion,
    readAtMs: read.readAtMs,
    requestCount: read.requestCount,
    isPaused: look.isPaused,
    isReadOnly: look.isReadOnly,
    groups: read.groups.map(group => groupRow(group, detailed.get(group.groupId), look)),
    topics: read.topics.map(({ topic, partitionCount, replicationFactor, isInternal }) => ({
      topic,
      partitionCount,
      replicationFactor,
      isInternal,
    })),
    selected: selected && groupDetail(selected, look),
  }
}

function groupRow(
  summary: ClusterSnapshot['groups'][number],
  group: GroupSnapshot | undefined,
  { words }: OverviewLook,
): GroupRow {
  const state = summary.state.toLowerCase()
  const base = { groupId: summary.groupId, type: summary.type, state }
  if (!group) return { ...base, status: 'unknown', lag: undefined, note: '' }
  const lost = sum(group.partitions.map(({ lag }) => lag?.takenByRetention ?? 0n))
  const lag = group.readable ?? group.offsetsBehind
  const trend = trendOf(group.status)
  return {
    ...base,
    status: tones[group.status] === 'dim' ? 'unknown' : (tones[group.status] as GroupRow['status']),
    lag: lag?.toString(),
    isUpperBound: group.readable === undefined,
    isNeverCommitted: group.status === 'neverCommitted',
    ...(trend ? { trend } : {}),
    ...(lost > 0n ? { lost: lost.toString() } : {}),
    note: words.status(group.status),
  }
}

function groupDetail(group: GroupSnapshot, look: OverviewLook): GroupDetail {
  const actions: ViewAction[] = look.hasPipeline(group.groupId) ? ['debug', 'openCode'] : []
  return {
    groupId: group.groupId,
    chips: chipsOf(group, look),
    history: historyOf(group),
    partitions: group.partitions.map(partition => partitionRow(partition, look.words)),
    actions,
  }
}

function chipsOf(group: GroupSnapshot, { words, guarantees }: OverviewLook): GroupDetail['chips'] {
  const chips: GroupDetail['chips'][number][] = []
  const status = words.status(group.status)
  if (status !== '') chips.push({ text: status, tone: tones[group.status] })
  if (group.members) chips.push({ text: words.members(group.members.length), tone: 'plain' })
  for (const { declared, inferred } of guarantees(group.groupId)) {
    if (declared) chips.push({ text: words.claims(declared), tone: 'plain' })
    chips.push({ text: words.inferred(inferred), tone: !declared || declared === inferred ? 'ok' : 'bad' })
  }
  return chips
}

/** Thinned evenly; the last point always stays. */
function historyOf({ history }: GroupSnapshot): LagPoint[] {
  const every = Math.ceil(history.length / historyPointsMax)
  return history
    .filter((_, index) => (history.length - 1 - index) % Math.max(1, every) === 0)
    .map(({ atMs, readable, offsetsBehind }) => ({
      atMs,
      readable: Number(readable ?? offsetsBehind),
      unreadable: readable === undefined ? 0 : Number(offsetsBehind - readable),
    }))
}

function partitionRow(partition: GroupPartition, words: OverviewWords): PartitionRow {
  const { topic, ends, committedOffset, lag, status, consumedPerSecond, secondsLeft, owner } = partition
  return {
    topic,
    partition: partition.partition,
    logStartOffset: String(ends?.logStartOffset ?? 0n),
    logEndOffset: String(ends?.highWatermark ?? 0n),
    lastStableOffset: String(ends?.lastStableOffset ?? 0n),
    committedOffset: committedOffset?.toString(),
    lag: lagRow(lag),
    why: '',
    tone: tones[status],
    status: lag?.state === 'caughtUp' ? '' : words.status(status),
    recordsPerSecond: consumedPerSecond,
    secondsLeft: secondsLeft !== undefined && Number.isFinite(secondsLeft) ? secondsLeft : undefined,
    owner,
  }
}

function lagRow(lag: GroupPartition['lag']): LagByCause {
  return {
    readable: lag?.readable?.toString(),
    markersAndAborted: lag?.markersAndAborted?.toString(),
    gaps: lag?.gaps?.toString(),
    takenByRetention: String(lag?.takenByRetention ?? 0n),
    state: lag?.state ?? 'neverCommitted',
  }
}

const tones: Readonly<Record<GroupStatus, 'ok' | 'warning' | 'bad' | 'dim'>> = {
  ok: 'ok',
  catchingUp: 'ok',
  fallingBehind: 'warning',
  stalled: 'bad',
  stopped: 'warning',
  rewound: 'warning',
  positionLost: 'bad',
  neverCommitted: 'dim',
  unknown: 'dim',
}

function trendOf(status: GroupStatus): GroupRow['trend'] {
  if (status === 'fallingBehind') return 'rising'
  return status === 'catchingUp' ? 'falling' : undefined
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n)
}
