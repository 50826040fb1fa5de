/**
 * Random histories on a real broker: every number of the monitor equals what Kafka's own tools find by reading everything.
 *
 * `TIDEMARK_TRUTH_HISTORIES` sets how many are played (200); a failing one prints its seed and what was done.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { type ClusterSnapshot, type GroupPartition, openMonitor } from '@tidemark/runtime/monitor'
import { Kafka, logLevel } from 'kafkajs'
import { Cluster } from '../../../runtime/src/clients/kafka-protocol/cluster.ts'
import { transportOf } from '../../../runtime/src/clients/kafka-protocol/connection.ts'
import { systemClock } from '../../../runtime/src/clock.ts'
import { seededRandom, systemRandom } from '../../../runtime/src/random.ts'
import { partitionName } from '../../../runtime/src/semantics/ranges.ts'
import { type TestKafka, useKafka } from '../../harness/kafka.ts'
import { fileScope } from '../../harness/scope.ts'
import { until } from '../../harness/until.ts'
import { type History, playHistory } from './truth/history.ts'
import { askWitness, type Witness } from './truth/witness.ts'

const count = Number(process.env.TIDEMARK_TRUTH_HISTORIES ?? 200)
const firstSeed = Number(process.env.TIDEMARK_TRUTH_SEED ?? 1)
const prefix = 'truth'

const scope = fileScope()
let kafka: TestKafka
let histories: History[]
let snapshot: ClusterSnapshot
let witness: Witness

before(async () => {
  const configs = {
    'log.cleaner.backoff.ms': '100',
    'log.cleanup.policy': 'delete',
    'offsets.topic.num.partitions': '3',
    'log.retention.check.interval.ms': '500',
    'log.initial.task.delay.ms': '500',
  }
  kafka = await useKafka(scope, { configs })
  histories = await playAll(kafka)
  await until('all compacted topics are cleaned', () => areCleaned(kafka, histories), { deadlineMs: 60_000 })
  await until('retention has taken what was too old', () => areExpired(kafka, histories), { deadlineMs: 60_000 })
  await readTogether()
})

/** Compaction may still be at work: what was read before and after the monitor must agree, or all is read again. */
async function readTogether(): Promise<void> {
  let earlier = await askWitness(kafka, prefix)
  for (let attempt = 1; ; attempt++) {
    snapshot = await readAll(kafka, histories)
    witness = await askWitness(kafka, prefix)
    if (isDeepStrictEqual(witness, earlier)) return
    assert.ok(attempt < 5, 'the log never rests')
    earlier = witness
  }
}

for (let seed = firstSeed; seed < firstSeed + count; seed++) {
  test(`history ${seed}`, () => {
    const history = histories[seed - firstSeed]
    assert.ok(history)
    const group = snapshot.selectedGroups.find(({ groupId }) => groupId === history.groupId)
    const rows = group?.partitions ?? []
    assert.equal(rows.length, history.committed.size > 0 ? history.partitions : 0)
    for (const row of rows) assert.deepEqual(seen(row), expected(row, history, witness), history.deeds.join('\n'))
    if (!group) return
    assert.deepEqual([group.type, group.state, group.members], ['simple', 'Empty', []])
    const placed = rows.flatMap(({ lag }) => (lag && /^(behind|caughtUp)$/.test(lag.state) ? [lag] : []))
    const sumOf = (numbers: readonly (bigint | undefined)[]) =>
      placed.length === 0 ? undefined : numbers.reduce<bigint>((sum, number) => sum + (number ?? 0n), 0n)
    assert.equal(group.readable, sumOf(placed.map(({ readable }) => readable)))
    assert.equal(group.offsetsBehind, sumOf(placed.map(({ offsets }) => offsets)))
  })

  test(`topic of history ${seed}`, () => {
    const history = histories[seed - firstSeed]
    const topic = snapshot.selectedTopics.find(one => one.topic === history?.topic)
    assert.ok(topic && history)
    const partitions = topic.partitions.map(
      ({ leader, replicas, isr }) => `leader ${leader} replicas ${replicas.join()} isr ${isr.join()}`,
    )
    // Kafka's tool lists what brokers set as well.
    const set = topic.configs?.filter(({ source }) => source !== 'default').map(({ name, value }) => `${name}=${value}`)
    assert.deepEqual({ partitions, configs: set?.sort() }, witness.topics.get(topic.topic))
    for (const row of topic.partitions) {
      const { logStartOffset, lastStableOffset, highWatermark } = logOf(partitionName(row), witness)
      assert.deepEqual(row.ends, { logStartOffset, lastStableOffset, highWatermark })
    }
  })
}

test('the histories hold every case, so that the comparison can fail', () => {
  const rows = snapshot.selectedGroups.flatMap(({ partitions }) => partitions)
  const has = (what: string, find: (row: GroupPartition) => boolean) =>
    assert.ok(rows.some(find), `no history has ${what}`)
  has('markers or aborted records', ({ lag }) => (lag?.markersAndAborted ?? 0n) > 0n)
  has('records taken by deletion', ({ lag }) => (lag?.takenByRetention ?? 0n) > 0n)
  assert.ok(
    histories.some(({ topic, expired, committed }) =>
      [...expired].some(([partition, start]) => (committed.get(partition) ?? start) < start && topic),
    ),
    'no history has a position that retention has passed',
  )
  has('gaps', ({ lag }) => (lag?.gaps ?? 0n) > 0n)
  has('an open transaction', ({ lag }) => (lag?.inOpenTransactions ?? 0n) > 0n)
  has('a lost position', ({ lag }) => lag?.state === 'positionLost')
  has(
    'a naive lag that is wrong',
    ({ lag, ends, committedOffset }) =>
      lag?.readable !== undefined && lag.readable !== (ends?.highWatermark ?? 0n) - (committedOffset ?? 0n),
  )
  assert.deepEqual(snapshot.problems, [])
})

function seen({ ends, committedOffset, lag }: GroupPartition) {
  const { state, readable, markersAndAborted, gaps, takenByRetention, inOpenTransactions } =
    lag ?? assert.fail('no lag')
  const causes = { readable, markersAndAborted, gaps, takenByRetention, inOpenTransactions }
  return { ...ends, committedOffset, state, ...causes }
}

/** The log's ends from Kafka's own tools; the last stable offset from the segments. */
function logOf(name: string, { starts, ends, unstable }: Witness) {
  const [start, end] = [starts.get(name) ?? -1, ends.get(name) ?? -1]
  return {
    logStartOffset: BigInt(start),
    lastStableOffset: BigInt(unstable.get(name) ?? end),
    highWatermark: BigInt(end),
  }
}

/** All of it from full lists of offsets. */
function expected(row: GroupPartition, history: History, found: Witness) {
  const { committed, readable, committedRecords, existing } = found
  const name = partitionName(row)
  const log = logOf(name, found)
  const [start, stable, end] = [log.logStartOffset, log.lastStableOffset, log.highWatermark].map(Number) as [
    number,
    number,
    number,
  ]
  const committedOffset = history.committed.get(row.partition)
  // Kafka's tool shows a lost position like none: its own class cannot hold a negative offset.
  const text = committed.get(`${history.groupId} ${name}`) ?? '-'
  assert.equal(text, committedOffset === undefined || committedOffset < 0n ? '-' : String(committedOffset))
  const head = { ...log, committedOffset, inOpenTransactions: BigInt(end - stable) }
  const unknown = { readable: undefined, markersAndAborted: undefined, gaps: undefined, takenByRetention: 0n }
  if (committedOffset === undefined) return { ...head, state: 'neverCommitted', ...unknown }
  if (committedOffset < 0n || committedOffset > BigInt(end)) return { ...head, state: 'positionLost', ...unknown }
  const gets = readable.get(name) ?? []
  assert.deepEqual(gets, committedRecords.get(name) ?? [], 'the witnesses agree with each other')
  const from = Math.max(Number(committedOffset), start)
  const inRange = (offset: number) => from <= offset && offset < stable
  const left = gets.filter(inRange).length
  const there = (existing.get(name) ?? []).filter(inRange).length
  return {
    ...head,
    state: left === 0 ? 'caughtUp' : 'behind',
    readable: BigInt(left),
    markersAndAborted: BigInt(there - left),
    gaps: BigInt(Math.max(0, stable - from) - there),
    takenByRetention: BigInt(Math.max(0, start - Number(committedOffset))),
  }
}

async function playAll({ brokers }: TestKafka): Promise<History[]> {
  const client = kafkajs(new Kafka({ brokers, logLevel: logLevel.NOTHING }))
  const [connection, cluster] = await Promise.all([
    client.connect(),
    Cluster.connect(transportOf(client), { clock: systemClock, random: systemRandom }),
  ])
  scope.after(async () => {
    await Promise.all(played.flatMap(({ open }) => open.map(producer => producer.close().catch(() => {}))))
    await connection.close()
    cluster.close()
  })
  const played: History[] = []
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const tools = { connection, cluster, random: seededRandom(seed) }
    played.push(await playHistory(tools, `${prefix}-${seed}`))
  }
  return played
}

async function readAll({ brokers }: TestKafka, all: readonly History[]): Promise<ClusterSnapshot> {
  const monitor = await openMonitor({ client: kafkajs(new Kafka({ brokers, logLevel: logLevel.NOTHING })) })
  try {
    return await monitor.refresh({
      details: all.map(({ groupId }) => groupId),
      topics: all.map(({ topic }) => topic),
    })
  } finally {
    await monitor.close()
  }
}

/** The cleaner notes how far it has come in each log. */
async function areCleaned({ logFolders }: TestKafka, all: readonly History[]): Promise<boolean> {
  const notes = await readFile(join(logFolders[0] as string, 'cleaner-offset-checkpoint'), 'utf8')
  return all
    .filter(({ isCompacted, open }) => isCompacted && open.length === 0)
    .every(({ topic }) => notes.includes(`${topic} 0`))
}

async function areExpired({ brokers }: TestKafka, all: readonly History[]): Promise<boolean> {
  const monitor = await openMonitor({ client: kafkajs(new Kafka({ brokers, logLevel: logLevel.NOTHING })) })
  try {
    const { selectedTopics } = await monitor.refresh({ topics: all.map(({ topic }) => topic) })
    const starts = new Map(
      selectedTopics
        .flatMap(({ partitions }) => partitions)
        .map(row => [partitionName(row), row.ends?.logStartOffset ?? -1n]),
    )
    return all.every(({ topic, expired }) =>
      [...expired].every(([partition, start]) => (starts.get(partitionName({ topic, partition })) ?? -1n) >= start),
    )
  } finally {
    await monitor.close()
  }
}
