/** What the monitor has read, as the overview draws it. Pure: the words come with the caller's language. */
import {
  type ClusterSnapshot,
  type GroupMember,
  type GroupPartition,
  type GroupSnapshot,
  type GroupStatus,
  type GroupType,
  silentBrokers,
  watchedKey,
} from '@tidemark/runtime/monitor'
import type {
  GroupDetail,
  GroupRow,
  LagByCause,
  LagPoint,
  MemberRow,
  OverviewSnapshot,
  PartitionRow,
  ViewAction,
} from '@tidemark/webview/protocol'
import { isActiveState } from '../cluster/activeStates.ts'
import type { OverviewChoice } from './overviewPanel.ts'
import type { OverviewSentences } from './overviewSentences.ts'
import { topicDetail, topicRow } from './overviewTopic.ts'

/** Points of the lag chart that are sent; more would not be told apart. */
export const historyPointsMax = 400

export interface OverviewLook {
  readonly cluster: string
  readonly isReadOnly: boolean
  readonly isPaused: boolean
  readonly choice: OverviewChoice
  /** Pipelines of the workspace whose positions lie elsewhere and could not be read. */
  readonly unread: readonly UnreadPipeline[]
  /** Whether a pipeline of the workspace uses the group, so that its code can be opened and debugged. */
  readonly hasPipeline: (groupId: string) => boolean
  /** What is known of the guarantee of the group's pipelines. */
  readonly guarantees: (
    groupId: string,
  ) => readonly { readonly declared: string | undefined; readonly inferred: string }[]
  readonly words: OverviewSentences
}

export interface UnreadPipeline {
  readonly groupId: string
  /** `totals.db`. */
  readonly store: string
  readonly reason: string
}

const problemsMax = 20

export function overviewSnapshot(read: ClusterSnapshot, look: OverviewLook): OverviewSnapshot {
  const { choice, words } = look
  const detailed = new Map([...read.selectedGroups, ...read.storedGroups].map(group => [watchedKey(group), group]))
  const selected = choice.group === undefined ? undefined : detailed.get(choice.group)
  const unread = look.unread.find(pipeline => unreadKey(pipeline) === choice.group)
  const topic = choice.topic === undefined ? undefined : read.selectedTopics.find(one => one.topic === choice.topic)
  const silent = silentBrokers(read.problems)
  return {
    view: 'overview',
    cluster: look.cluster,
    status: { kind: 'connected', message: words.connected() },
    brokerCount: read.brokers.length,
    kafkaVersion: read.kafkaVersion,
    readAtMs: read.readAtMs,
    requestCount: read.requestCount,
    isPaused: look.isPaused,
    isReadOnly: look.isReadOnly,
    groups: [
      ...read.storedGroups.map(group => groupRow(group, group, look)),
      ...look.unread.map(unreadRow(look)),
      ...read.groups.map(group => groupRow(group, detailed.get(group.groupId), look)),
    ],
    topics: read.topics.map(topicRow),
    brokers: read.brokers.map(({ nodeId, host, port, isController, leaderCount }) => ({
      nodeId,
      address: `${host}:${port}`,
      isController,
      leaderCount,
      isSilent: silent.has(nodeId),
    })),
    problems: read.problems
      .slice(0, problemsMax)
      .map(({ place, reason }) => ({ place: words.told(place), message: words.told(reason) })),
    problemCount: read.problems.length,
    selected: selected ? groupDetail(selected, look) : unread ? unreadDetail(unread, look) : silentDetail(read, look),
    ...(topic ? { selectedTopic: topicDetail(topic, read, words) } : {}),
  }
}

function unreadKey({ groupId, store }: UnreadPipeline): string {
  return watchedKey({ groupId, type: 'stored', state: store, coordinator: -1 })
}

/** A pipeline that is known of but not read is no pipeline without lag. */
function unreadRow({ words }: OverviewLook): (pipeline: UnreadPipeline) => GroupRow {
  return pipeline => ({
    key: unreadKey(pipeline),
    groupId: pipeline.groupId,
    type: 'stored',
    state: words.offsetsIn(pipeline.store),
    status: 'unknown',
    lag: undefined,
    note: pipeline.reason,
  })
}

function unreadDetail(pipeline: UnreadPipeline, look: OverviewLook): GroupDetail {
  return {
    key: unreadKey(pipeline),
    groupId: pipeline.groupId,
    chips: [{ text: look.words.offsetsIn(pipeline.store), tone: 'plain' }],
    message: pipeline.reason,
    history: [],
    partitions: [],
    actions: actionsFor(pipeline.groupId, look),
  }
}

/** What is chosen stays chosen while its coordinator does not answer. */
function silentDetail({ groups }: ClusterSnapshot, look: OverviewLook): GroupDetail | undefined {
  const group = groups.find(({ groupId, isSilent }) => isSilent && groupId === look.choice.group)
  if (!group) return undefined
  const { groupId } = group
  const message = look.words.coordinatorSilent(group.coordinator)
  return { groupId, chips: [], message, history: [], partitions: [], actions: actionsFor(groupId, look) }
}

function groupRow(
  summary: ClusterSnapshot['groups'][number],
  group: GroupSnapshot | undefined,
  { words }: OverviewLook,
): GroupRow {
  const standing =
    summary.type === 'stored'
      ? { state: words.offsetsIn(summary.state) }
      : { state: words.groupState(summary.state), isActive: isActiveState(summary.state) }
  const base = { key: watchedKey(summary), groupId: summary.groupId, type: summary.type, ...standing }
  if (summary.isSilent) {
    const note = words.coordinatorSilent(summary.coordinator)
    return { ...base, state: '', status: 'unknown', lag: undefined, note }
  }
  if (!group) return { ...base, status: 'unknown', lag: undefined, note: '' }
  const lost = sum(group.partitions.map(({ lag }) => lag?.takenByRetention ?? 0n))
  const lag = group.readable ?? group.offsetsBehind
  const trend = trendOf(group.status)
  return {
    ...base,
    status: tones[group.status] === 'dim' ? 'unknown' : (tones[group.status] as GroupRow['status']),
    lag: lag?.toString(),
    // What a share group has finished beyond its first open record is known to its members only.
    isUpperBound: group.readable === undefined || summary.type === 'share',
    ...(group.isPartial ? { isPartial: true } : {}),
    isNeverCommitted: group.status === 'neverCommitted',
    ...(trend ? { trend } : {}),
    ...(lost > 0n ? { lost: lost.toString() } : {}),
    note: words.status(group.status),
  }
}

function groupDetail(group: GroupSnapshot, look: OverviewLook): GroupDetail {
  return {
    key: watchedKey(group),
    groupId: group.groupId,
    chips: chipsOf(group, look),
    ...(group.members ? { members: group.members.map(memberRow) } : {}),
    history: historyOf(group, look.words),
    partitions: group.partitions.map(partition => partitionRow(partition, look.words)),
    actions: [...actionsFor(group.groupId, look), ...changesFor(group, look)],
  }
}

/** On a read-only cluster a run would be refused. */
function actionsFor(groupId: string, { hasPipeline, isReadOnly }: OverviewLook): ViewAction[] {
  if (!hasPipeline(groupId)) return []
  return isReadOnly ? ['openCode'] : ['debug', 'openCode']
}

/** So would a reset. */
function changesFor({ type }: GroupSnapshot, { isReadOnly }: OverviewLook): ViewAction[] {
  return isReadOnly || !resettable.has(type) ? [] : ['reset']
}

/** Whose positions are committed offsets. */
const resettable: ReadonlySet<GroupType> = new Set(['classic', 'consumer', 'simple'])

function chipsOf(group: GroupSnapshot, { words, guarantees }: OverviewLook): GroupDetail['chips'] {
  const chips: GroupDetail['chips'][number][] = []
  const status = words.status(group.status)
  if (status !== '') chips.push({ text: status, tone: tones[group.status] })
  if (group.secondsBehind) chips.push({ text: words.age(group.secondsBehind), tone: 'plain' })
  if (group.type === 'stored') chips.push({ text: words.offsetsIn(group.state), tone: 'plain' })
  else chips.push({ text: words.type(group.type), tone: 'plain' })
  if (group.members) chips.push({ text: words.members(group.members.length), tone: 'plain' })
  for (const { declared, inferred } of guarantees(group.groupId)) {
    if (declared) chips.push({ text: words.claims(declared), tone: 'plain' })
    chips.push({ text: words.inferred(inferred), tone: !declared || declared === inferred ? 'ok' : 'bad' })
  }
  // Several pipelines may say the same of one group.
  return [...new Map(chips.map(chip => [chip.text, chip])).values()]
}

function memberRow({ memberId, clientId, clientHost, groupInstanceId, assignment }: GroupMember): MemberRow {
  const byTopic = Map.groupBy(assignment, ({ topic }) => topic)
  return {
    memberId,
    clientId,
    host: clientHost.replace(/^\//, ''),
    instanceId: groupInstanceId,
    assignment: [...byTopic].map(([topic, list]) => ({
      topic,
      partitions: list.map(({ partition }) => partition).sort((a, b) => a - b),
    })),
  }
}

/** Thinned evenly; the last point always stays. What happened stands at the first point that is not before it. */
function historyOf({ history, events }: GroupSnapshot, words: OverviewSentences): LagPoint[] {
  const every = Math.max(1, Math.ceil(history.length / historyPointsMax))
  const points = history.filter((_, index) => (history.length - 1 - index) % every === 0)
  const said = new Map<number, string[]>()
  for (const event of events) {
    const at = points.findIndex(({ atMs }) => atMs >= event.atMs)
    if (at >= 0 && event.atMs >= (points[0]?.atMs ?? 0)) said.set(at, [...(said.get(at) ?? []), words.event(event)])
  }
  return points.map(({ atMs, readable, offsetsBehind }, index) => {
    const event = said.get(index)
    return {
      atMs,
      readable: Number(readable ?? offsetsBehind),
      unreadable: readable === undefined ? 0 : Number(offsetsBehind - readable),
      ...(event ? { event: event.join(', ') } : {}),
    }
  })
}

function partitionRow(partition: GroupPartition, words: OverviewSentences): PartitionRow {
  const { topic, ends, committedOffset, lag, status, consumedPerSecond, secondsLeft, secondsBehind, owner } = partition
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
    status: lag?.state === 'caughtUp' || lag === undefined ? '' : words.status(status),
    recordsPerSecond: consumedPerSecond,
    secondsLeft: secondsLeft === Number.POSITIVE_INFINITY ? 'never' : secondsLeft,
    ...(secondsBehind === undefined ? {} : { secondsBehind }),
    owner,
  }
}

function lagRow(lag: GroupPartition['lag']): LagByCause {
  return {
    readable: lag?.readable?.toString(),
    markersAndAborted: lag?.markersAndAborted?.toString(),
    gaps: lag?.gaps?.toString(),
    takenByRetention: String(lag?.takenByRetention ?? 0n),
    ...(lag?.inOpenTransactions ? { inOpenTransactions: String(lag.inOpenTransactions) } : {}),
    state: lag?.state ?? 'unknown',
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
