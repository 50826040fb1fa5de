/** What the charts show, kept over a restart and bounded. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boundOf, clusterClient, openCluster, openMonitor } from '@tidemark/runtime/monitor'
import { GroupHistory, noteEvent, noteMembers } from '../../../runtime/src/monitor/groupHistory.ts'
import { groupSnapshot } from '../../../runtime/src/monitor/groupSnapshot.ts'
import { startSimulatedCluster } from '../../sim/servers.ts'

const member = (memberId: string, clientId: string) => ({
  memberId,
  clientId,
  groupInstanceId: undefined,
  clientHost: '/127.0.0.1',
  assignment: [],
})

test('a monitor that is opened anew goes on with the chart of the one before', async t => {
  const cluster = await startSimulatedCluster({ brokers: 2, topics: 10, partitions: 20, groups: 4 })
  t.after(() => cluster.close())
  const first = await openCluster({ brokers: cluster.brokers })
  t.after(() => first.close())
  await first.refresh({ details: ['group-0000'], groups: 'all' })
  const { selectedGroups } = await first.refresh({ details: ['group-0000'], groups: 'all' })
  const before = selectedGroups.find(({ groupId }) => groupId === 'group-0000')
  assert.equal(before?.history.length, 2)

  const saved: unknown = JSON.parse(JSON.stringify(first.history()))
  const second = await openMonitor({ client: await clusterClient({ brokers: cluster.brokers }), history: saved })
  t.after(() => second.close())
  const after = await second.refresh({ details: ['group-0000'] })
  assert.deepEqual(after.selectedGroups[0]?.history.slice(0, 1), before.history.slice(0, 1))
  assert.ok((after.selectedGroups[0]?.history.length ?? 0) >= 2)
})

test('a leader that falls silent takes no lag away: the sum says that it is not whole, and the chart waits', () => {
  const history = new GroupHistory()
  const [topic, committed] = ['orders', { offset: 10n, metadata: '' }]
  const places = [0, 1].map(partition => ({ topic, partition }))
  const ends = (partitions: readonly number[]) => {
    const log = { logStartOffset: 0n, lastStableOffset: 30n, highWatermark: 30n }
    return new Map(partitions.map(partition => [`orders/${partition}`, log]))
  }
  const seen = (partitions: readonly number[], atMs: number) =>
    groupSnapshot(
      {
        group: { groupId: 'g', type: 'classic', state: 'Stable', coordinator: 1 },
        partitions: places,
        committed: places.map(place => ({ ...place, ...committed })),
        members: undefined,
        ends: ends(partitions),
        counts: new Map(),
        atMs,
      },
      history,
    )
  const whole = seen([0, 1], 1_000)
  assert.deepEqual([whole.offsetsBehind, whole.isPartial, whole.history.length], [40n, false, 1])
  const part = seen([0], 3_000)
  assert.deepEqual([part.offsetsBehind, part.isPartial, part.secondsBehind], [20n, true, undefined])
  assert.equal(boundOf(part), '≈ ')
  assert.deepEqual(part.history, whole.history)
  assert.equal(seen([0, 1], 5_000).history.length, 2)
})

test('a chart of another cluster, and what is no chart, is left out', () => {
  const history = new GroupHistory()
  history.of('g', 1_000).lag.add({ atMs: 1_000, readable: 5n, offsetsBehind: 7n })
  const saved = history.save('here')
  const samplesAfter = (read: unknown, clusterId: string) => {
    const fresh = new GroupHistory()
    fresh.load(read, clusterId)
    return fresh.of('g', 1_000).lag.list()
  }
  assert.deepEqual(samplesAfter(saved, 'here'), [{ atMs: 1_000, readable: 5n, offsetsBehind: 7n }])
  assert.deepEqual(samplesAfter(saved, 'elsewhere'), [])
  const [group] = saved.groups
  for (const broken of [
    null,
    'text',
    { ...saved, version: 2 },
    { ...saved, groups: {} },
    { ...saved, groups: [{ ...group, lag: [[1, 2]] }] },
    { ...saved, groups: [{ ...group, lag: [[1_000, 5, 1.5]] }] },
    { ...saved, groups: [{ ...group, lag: [[1_000, 5, '7']] }] },
    { ...saved, groups: [{ ...group, events: [{ atMs: 1, kind: 'exploded', names: [], count: 0 }] }] },
  ])
    assert.deepEqual(samplesAfter(broken, 'here'), [], JSON.stringify(broken))
})

test('what is saved is bounded, and keeps the groups that were looked at in detail', () => {
  const history = new GroupHistory()
  for (let group = 0; group < 3_000; group++)
    for (let sample = 0; sample < 20; sample++) {
      const atMs = sample * 10_000
      const entry = history.of(`group-${group}`, atMs)
      entry.lag.add({ atMs, readable: undefined, offsetsBehind: 1n })
      if (group === 7) noteMembers(entry, [], atMs)
    }
  const saved = history.save('here')
  assert.ok(saved.groups.reduce((rows, { lag }) => rows + lag.length, 0) <= 20_000)
  assert.ok(JSON.stringify(saved).length < 1_500_000)
  assert.equal(saved.groups[0]?.key, 'group-7')
})

test('who comes and who goes is noted, the first look is no arrival, and a crowd is counted', () => {
  const history = new GroupHistory()
  const entry = history.of('g', 0)
  noteMembers(entry, [member('1', 'a'), member('2', 'b')], 0)
  assert.deepEqual(entry.events, [])
  noteMembers(entry, [member('2', 'b'), member('3', 'c')], 10)
  assert.deepEqual(entry.events, [
    { atMs: 10, kind: 'left', names: ['a'], count: 1 },
    { atMs: 10, kind: 'joined', names: ['c'], count: 1 },
  ])
  noteMembers(
    entry,
    Array.from({ length: 500 }, (_, i) => member(`m${i}`, `client-${i}`)),
    20,
  )
  assert.deepEqual(entry.events.at(-1), {
    atMs: 20,
    kind: 'joined',
    names: ['client-0', 'client-1', 'client-2'],
    count: 500,
  })
  for (let i = 0; i < 100; i++) noteEvent(entry, 'rewound', ['orders/0'], 30 + i)
  assert.equal(entry.events.length, 20)
})
