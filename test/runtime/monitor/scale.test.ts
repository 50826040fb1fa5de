/** A refresh costs requests in proportion to brokers, however many topics, partitions and groups there are. Real sockets, simulated brokers. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { clusterClient, openMonitor, type Selection } from '@tidemark/runtime/monitor'
import { systemClock } from '../../../runtime/src/clock.ts'
import type { ClusterSize } from '../../sim/model.ts'
import { startSimulatedCluster } from '../../sim/servers.ts'

const brokers = 6

/** @param betweenMs - passes on the monitor's clock, which stands still otherwise: how busy the machine is must not matter */
async function refreshes(t: TestContext, size: ClusterSize, selection: Selection, { times = 2, betweenMs = 0 } = {}) {
  const cluster = await startSimulatedCluster(size)
  t.after(() => cluster.close())
  let nowMs = 0
  const client = await clusterClient({ brokers: [cluster.brokers[0] as string] })
  const monitor = await openMonitor({ client, clock: { ...systemClock, monotonicMs: () => nowMs } })
  t.after(() => monitor.close())
  const snapshots = []
  for (let i = 0; i < times; i++) {
    snapshots.push(await monitor.refresh(selection))
    nowMs += betweenMs
  }
  return snapshots
}

const small = { brokers, topics: 60, partitions: 240, groups: 30 }
const large = { brokers, topics: 1_200, partitions: 4_800, groups: 300 }

test('all groups of a cluster twenty times as large cost the same number of requests', async t => {
  const few = await refreshes(t, small, { groups: 'all' })
  const many = await refreshes(t, large, { groups: 'all' })
  assert.equal(many[0]?.topics.length, large.topics)
  assert.equal(many[0]?.selectedGroups.length, large.groups)
  assert.deepEqual(
    many.map(({ requestCount }) => requestCount),
    few.map(({ requestCount }) => requestCount),
  )
  // Per broker: the list of groups, their offsets, and three questions to the leader. Metadata once.
  assert.deepEqual(
    many.map(({ requestCount }) => requestCount),
    [5 * brokers + 1, 5 * brokers],
  )
  assert.deepEqual(many[0]?.problems, [])
})

test('what nobody looks at is not asked for', async t => {
  const [first, second] = await refreshes(t, large, {})
  assert.equal(first?.requestCount, brokers + 1)
  assert.equal(second?.requestCount, brokers)
})

test('a small cluster is looked through for new topics with each refresh of the tree, a large one with each third', async t => {
  const betweenMs = 5_000
  const looks = async (size: ClusterSize): Promise<number[]> => {
    const read = await refreshes(t, size, {}, { times: 4, betweenMs })
    return read.map(({ requestCount }) => requestCount - brokers)
  }
  assert.deepEqual(await looks(small), [1, 1, 1, 1])
  assert.deepEqual(await looks({ ...large, topics: 9_000, partitions: 39_000 }), [1, 0, 0, 1])
})

test('a group that is looked at is counted and described', async t => {
  const [snapshot] = await refreshes(t, small, { details: ['group-0000', 'group-0006', 'group-0009', 'missing'] })
  const [classic, consumer, simple] = snapshot?.selectedGroups ?? []
  assert.equal(snapshot?.selectedGroups.length, 3)
  assert.deepEqual([classic?.type, consumer?.type, simple?.type], ['classic', 'consumer', 'simple'])
  assert.equal(classic?.members?.length, 1)
  assert.ok(classic.partitions.every(({ owner, lag }) => owner === 'simulated' && lag?.readable === lag?.offsets))
  assert.equal(classic.readable, classic.offsetsBehind)
})

test('numbers are those of the model', async t => {
  const [snapshot] = await refreshes(t, small, { groups: ['group-0003'], topics: ['topic-00001'] })
  const [group] = snapshot?.selectedGroups ?? []
  for (const { partition, ends, lag } of group?.partitions ?? []) {
    assert.ok(ends && lag)
    // The end is read a little after the position, and grows meanwhile.
    const modelled = BigInt((3 * 13 + partition) % 500)
    assert.ok(lag.offsets >= modelled && lag.offsets < modelled + 500n)
  }
  const [topic] = snapshot?.selectedTopics ?? []
  assert.ok(topic && topic.partitions.length === topic.partitionCount)
  assert.ok(topic.partitions.every(({ ends }) => ends?.logStartOffset === 10n))
})
