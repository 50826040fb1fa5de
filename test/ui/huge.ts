/** Snapshots of a cluster as large as they come: 9,000 topics, 2,200 groups, one group on 39,000 partitions. */
import type { GroupRow, OverviewSnapshot, PartitionRow, TopicRow } from '@tidemark/webview/protocol'
import { overviewNamed } from './recorded.ts'

const topicCount = 9_000
const groupCount = 2_200
const partitionCount = 39_000
const memberCount = 2_000
const brokerCount = 30

/** `round` moves the numbers, as the next refresh does. */
export function hugeOverview(round: number): OverviewSnapshot {
  const base = overviewNamed('overview')
  if (!base.selected) throw new Error('the recorded overview has a group')
  return {
    ...base,
    brokerCount,
    brokers: Array.from({ length: brokerCount }, (_, at) => ({
      nodeId: at + 1,
      address: `10.0.0.${at + 1}:9092`,
      isController: at === 0,
      leaderCount: 1_300 + round,
      isSilent: false,
    })),
    groups: Array.from({ length: groupCount }, (_, at) => group(at, round)),
    topics: Array.from({ length: topicCount }, (_, at) => topic(at)),
    selected: {
      ...base.selected,
      groupId: 'group-0000',
      members: Array.from({ length: memberCount }, (_, at) => ({
        memberId: `member-${at}`,
        clientId: `consumer-${at}`,
        host: '10.0.0.1',
        instanceId: undefined,
        assignment: [{ topic: 'topic-0000', partitions: [at] }],
      })),
      partitions: Array.from({ length: partitionCount }, (_, at) => partition(at, round)),
    },
  }
}

/** One topic with as many partitions as a cluster has. */
export function hugeTopic(round: number): OverviewSnapshot {
  const { selected: _, ...rest } = hugeOverview(round)
  const replicas = [1, 2, 3]
  return {
    ...rest,
    selected: undefined,
    selectedTopic: {
      topic: 'topic-0000',
      chips: [],
      partitions: Array.from({ length: partitionCount }, (_, at) => {
        const end = String(1_000_000 + at * 7 + round)
        return {
          partition: at,
          logStartOffset: '0',
          lastStableOffset: end,
          logEndOffset: end,
          leader: 1,
          replicas,
          isr: replicas,
        }
      }),
      settings: Array.from({ length: 300 }, (_, at) => ({ name: `setting.${at}`, value: `${at}`, source: 'default' })),
      readers: [],
    },
  }
}

function group(at: number, round: number): GroupRow {
  const statuses = ['ok', 'ok', 'ok', 'warning', 'bad'] as const
  return {
    groupId: `group-${String(at).padStart(4, '0')}`,
    type: 'classic',
    state: 'stable',
    status: statuses[at % statuses.length] ?? 'ok',
    lag: String(at * 13 + round),
    note: 'two members',
  }
}

function topic(at: number): TopicRow {
  return { topic: `topic-${String(at).padStart(4, '0')}`, partitionCount: 4, replicationFactor: 3, isInternal: false }
}

function partition(at: number, round: number): PartitionRow {
  const end = 1_000_000 + at * 7 + round
  const readable = (at * 31) % 5_000
  return {
    topic: `topic-${String(Math.floor(at / 4)).padStart(4, '0')}`,
    partition: at % 4,
    logStartOffset: '0',
    logEndOffset: String(end),
    lastStableOffset: String(end),
    committedOffset: String(end - readable),
    lag: {
      readable: String(readable),
      markersAndAborted: '0',
      gaps: '0',
      takenByRetention: '0',
      state: readable === 0 ? 'caughtUp' : 'behind',
    },
    why: '',
    tone: 'ok',
    status: '',
    recordsPerSecond: 12,
    secondsLeft: 3,
    owner: 'consumer-1',
  }
}
