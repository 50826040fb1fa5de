/** What the monitor has read, as the panel is told of it: nothing unknown becomes a number, nothing infinite is lost on the way. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterSnapshot, GroupPartition, GroupSnapshot } from '@tidemark/runtime/monitor'
import type { OverviewSentences } from '../../client/src/panels/overviewSentences.ts'
import { type OverviewLook, overviewSnapshot } from '../../client/src/panels/overviewSnapshot.ts'

const said = (value: unknown): string => String(value)
const words: OverviewSentences = {
  connected: () => 'connected',
  told: said,
  groupState: said,
  status: said,
  type: said,
  claims: said,
  inferred: said,
  members: said,
  coordinatorSilent: nodeId => `broker ${nodeId} silent`,
  offsetsIn: store => `offsets in ${store}`,
  age: said,
  event: ({ kind, names }) => `${names.join()} ${kind}`,
  topicShape: ({ topic }) => topic,
  internal: () => 'internal',
  troubled: said,
}

const look = (choice: OverviewLook['choice'], unread: OverviewLook['unread'] = []): OverviewLook => ({
  cluster: 'c',
  isReadOnly: false,
  isPaused: false,
  choice,
  unread,
  hasPipeline: () => false,
  guarantees: () => [],
  words,
})

const behind: GroupPartition = {
  topic: 'orders',
  partition: 0,
  ends: { logStartOffset: 0n, lastStableOffset: 2n ** 60n + 4n, highWatermark: 2n ** 60n + 9n },
  committedOffset: 2n ** 60n + 1n,
  metadata: '',
  lag: {
    state: 'behind',
    offsets: 3n,
    readable: 3n,
    markersAndAborted: 0n,
    gaps: 0n,
    takenByRetention: 0n,
    inOpenTransactions: 5n,
  },
  status: 'fallingBehind',
  consumedPerSecond: 1,
  producedPerSecond: 2,
  secondsLeft: Number.POSITIVE_INFINITY,
  secondsBehind: 12,
  owner: undefined,
}
const silent: GroupPartition = { ...behind, partition: 1, ends: undefined, lag: undefined, status: 'unknown' }

function groupOf(parts: Partial<GroupSnapshot>): GroupSnapshot {
  return {
    groupId: 'totals',
    type: 'classic',
    state: 'Stable',
    coordinator: 1,
    members: [],
    partitions: [behind, silent],
    status: 'fallingBehind',
    readable: 3n,
    offsetsBehind: 3n,
    isPartial: false,
    secondsBehind: 12,
    history: [1_000, 2_000, 3_000].map(atMs => ({ atMs, readable: 1n, offsetsBehind: 2n })),
    events: [{ atMs: 1_500, kind: 'left', names: ['a'], count: 1 }],
    ...parts,
  }
}

const own = groupOf({})
const stored = groupOf({ type: 'stored', state: 'totals.db', members: undefined, readable: 1n })
const read: ClusterSnapshot = {
  clusterId: 'id',
  kafkaVersion: '4.1 or newer',
  brokers: [
    { nodeId: 1, host: 'a', port: 1, isController: true, leaderCount: 1 },
    { nodeId: 2, host: 'b', port: 2, isController: false, leaderCount: 0 },
  ],
  topics: [],
  groups: [own],
  selectedGroups: [own],
  storedGroups: [stored],
  selectedTopics: [],
  problems: Array.from({ length: 30 }, () => ({ place: 'b', reason: 'silent', silentBroker: 2 })),
  requestCount: 1,
  tookMs: 1,
  readAtMs: 3_000,
}

test('what is not known stays unknown, what never ends says so, and offsets keep every digit', () => {
  const { selected } = overviewSnapshot(read, look({ group: 'totals' }))
  const [first, second] = selected?.partitions ?? []
  assert.equal(first?.committedOffset, '1152921504606846977')
  assert.deepEqual([first?.secondsLeft, first?.secondsBehind, first?.lag.inOpenTransactions], ['never', 12, '5'])
  assert.deepEqual([second?.lag.state, second?.status], ['unknown', ''])
})

test('a sum that is not whole is no lag, and so is its zero', () => {
  const partial = groupOf({ isPartial: true, readable: 0n, offsetsBehind: 0n })
  const { groups } = overviewSnapshot({ ...read, storedGroups: [], selectedGroups: [partial] }, look({}))
  assert.deepEqual(
    groups.map(({ lag, isPartial, isUpperBound }) => [lag, isPartial, isUpperBound]),
    [['0', true, false]],
  )
})

test('a group whose coordinator is silent stays in the list, and stays chosen', () => {
  const silentGroup = { groupId: 'away', type: 'classic', state: 'Stable', coordinator: 2, isSilent: true } as const
  const { groups, selected } = overviewSnapshot({ ...read, groups: [own, silentGroup] }, look({ group: 'away' }))
  const row = groups.find(({ groupId }) => groupId === 'away')
  assert.deepEqual([row?.status, row?.lag, row?.note], ['unknown', undefined, 'broker 2 silent'])
  assert.deepEqual([selected?.groupId, selected?.message], ['away', 'broker 2 silent'])
})

test('debugging and resetting are offered where they would not be refused', () => {
  const actions = (isReadOnly: boolean) =>
    overviewSnapshot(read, { ...look({ group: 'totals' }), hasPipeline: () => true, isReadOnly }).selected?.actions
  assert.deepEqual(actions(false), ['debug', 'openCode', 'reset'])
  assert.deepEqual(actions(true), ['openCode'])
  const shared = { ...read, selectedGroups: [groupOf({ type: 'share' })] }
  assert.deepEqual(overviewSnapshot(shared, look({ group: 'totals' })).selected?.actions, [], 'it commits no offsets')
})

test('what happened stands at the first point that is not before it', () => {
  const { selected } = overviewSnapshot(read, look({ group: 'totals' }))
  assert.deepEqual(
    selected?.history.map(({ event }) => event),
    [undefined, 'a left', undefined],
  )
})

test('a pipeline and its mirror are two rows, each chosen by its own key; one that cannot be read is a third', () => {
  const unread = [{ groupId: 'totals', store: 'other.db', reason: 'no such file' }]
  const { groups } = overviewSnapshot(read, look({}, unread))
  assert.equal(new Set(groups.map(({ key }) => key)).size, 3)
  const choose = (key: string | undefined) => overviewSnapshot(read, look({ group: key }, unread)).selected
  assert.deepEqual(
    groups.map(({ key, type }) => [type, choose(key)?.key === key]),
    [
      ['stored', true],
      ['stored', true],
      ['classic', true],
    ],
  )
  assert.equal(choose(groups[0]?.key)?.members, undefined)
  assert.equal(choose(groups[1]?.key)?.message, 'no such file')
})

test('problems are told, bounded, and a broker that gave one is marked', () => {
  const { problems, problemCount, brokers } = overviewSnapshot(read, look({}))
  assert.equal(problems?.length, 20)
  assert.equal(problemCount, 30)
  assert.deepEqual(
    brokers?.map(({ isSilent }) => isSilent),
    [false, true],
  )
})
