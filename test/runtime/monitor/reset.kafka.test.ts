/** A reset on a real broker: what is told before it, what it does, and its undo, each beside Kafka's own tool. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { clusterClient, openChanges, openCluster, planReset, positionsOf } from '@tidemark/runtime/monitor'
import { atLeastOnce, createProcessor, text } from '../../../runtime/src/index.ts'
import { type TestKafka, useKafka } from '../../harness/kafka.ts'
import { uniqueName } from '../../harness/topics.ts'
import { tidemark } from '../cli/recordingTerminal.ts'
import { numbered, useStage } from '../processor/stage.ts'
import { joinGroup } from './member.ts'

const minute = 60_000
/** Times of the records of partition 0; those of partition 1 are a minute younger. */
const firstMs = Date.UTC(2026, 0, 1)

/** Two partitions of ten records, a minute between them; the group has read seven of the first and nothing of the second. */
async function useGroup(t: TestContext) {
  const kafka = await useKafka(t)
  const client = await clusterClient({ brokers: kafka.brokers })
  const [monitor, connection] = await Promise.all([openCluster({ brokers: kafka.brokers }), client.connect()])
  const changes = openChanges({ client, clusterName: 'test', isReadOnly: false })
  t.after(() => Promise.all([monitor.close(), connection.close(), changes.close()]))
  const [topic, groupId] = [uniqueName('again'), uniqueName('reset')]
  await connection.createTopics([{ topic, partitions: 2, replicationFactor: 1 }])
  const producer = await connection.producer({})
  for (let n = 0; n < 10; n++)
    for (const partition of [0, 1]) {
      const timestampMs = firstMs + (n + partition) * minute
      await producer.send([{ topic, partition, key: `${partition}-${n}`, value: 'x', timestampMs }])
    }
  await producer.close()
  await changes.resetOffsets(groupId, [{ topic, partition: 0, offset: 7n, metadata: 'by hand' }])
  return { kafka, client, monitor, connection, changes, topic, groupId }
}

/** As `kafka-consumer-groups.sh` sees it: only what is committed. */
async function committed(kafka: TestKafka, groupId: string): Promise<string[]> {
  const output = await kafka.tool('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand', [
    '--bootstrap-server',
    kafka.brokers.join(),
    '--describe',
    '--group',
    groupId,
  ])
  const rows = output.split('\n').filter(line => line.startsWith(groupId))
  return rows.map(row => row.trim().split(/ +/).slice(2, 4).join(':')).sort()
}

test('what a reset would do is told beforehand, is what it does, and can be undone', async t => {
  const { kafka, client, monitor, connection, changes, topic, groupId } = await useGroup(t)
  const target = { kind: 'time', timestampMs: firstMs + 3 * minute - 1 } as const
  const { moves, members, left } = await planReset(selection => monitor.refresh(selection), client, { groupId, target })
  assert.deepEqual([members, left], [[], []])
  const common = { topic, skipped: 0n, taken: 0n, isClamped: false }
  assert.deepEqual(moves, [
    {
      ...common,
      partition: 0,
      fromOffset: 7n,
      toOffset: 3n,
      replayed: 4n,
      next: { timestampMs: firstMs + 3 * minute, key: '0-3' },
    },
    {
      ...common,
      partition: 1,
      fromOffset: undefined,
      toOffset: 2n,
      replayed: 0n,
      next: { timestampMs: firstMs + 3 * minute, key: '1-2' },
    },
  ])
  assert.deepEqual(await committed(kafka, groupId), ['0:7'], 'a plan changes nothing')

  const before = await changes.resetOffsets(groupId, positionsOf(moves))
  assert.deepEqual(await committed(kafka, groupId), ['0:3', '1:2'])
  await changes.resetOffsets(groupId, before)
  assert.deepEqual(await committed(kafka, groupId), ['0:7'])
  const [undone] = await connection.committedOffsets(groupId, [{ topic, partition: 0 }])
  assert.equal(undone?.metadata, 'by hand')
})

test('of what retention took it is told how much, and at the end of the log no record comes next', async t => {
  const { client, monitor, changes, topic, groupId } = await useGroup(t)
  await changes.deleteRecords({ topic, partition: 0, offset: 5n })
  const back = await planReset(selection => monitor.refresh(selection), client, {
    groupId,
    target: { kind: 'offset', offset: 2n },
  })
  assert.partialDeepStrictEqual(back.moves[0], { toOffset: 5n, replayed: 2n, taken: 3n, isClamped: true })
  assert.equal(back.moves[0]?.next?.key, '0-5')
  const latest = await planReset(selection => monitor.refresh(selection), client, {
    groupId,
    target: { kind: 'latest' },
  })
  assert.deepEqual(
    latest.moves.map(({ toOffset, skipped, next }) => [toOffset, skipped, next]),
    [
      [10n, 3n, undefined],
      [10n, 0n, undefined],
    ],
  )
  const shifted = await planReset(selection => monitor.refresh(selection), client, {
    groupId,
    target: { kind: 'shift', by: -1n },
  })
  assert.deepEqual([shifted.moves.map(({ toOffset }) => toOffset), shifted.left], [[6n], [{ topic, partition: 1 }]])
})

test('tidemark reset: shows, does nothing without --yes, and names what it cannot do', async t => {
  const { kafka, connection, topic, groupId } = await useGroup(t)
  const at = ['reset', '--group', groupId, '--brokers', kafka.brokers.join()]
  const shown = await tidemark([...at, '--to', 'earliest'])
  assert.equal(shown.code, 0, shown.errors)
  assert.match(shown.out, /: up to 7 records read again, 0 skipped, 0 taken by retention\n/)
  assert.match(shown.out, /\/0 +7 +0 +7 +0 +0 +2026-01-01T00:00:00\.000Z 0-0\n/)
  assert.match(shown.out, /Nothing was changed: --yes does it\.$/)
  assert.deepEqual(await committed(kafka, groupId), ['0:7'])

  const one = ['--topic', topic, '--partition', '1', '--to', '4', '--yes', '--json']
  const done = await tidemark([...at, ...one])
  assert.equal(done.code, 0, done.errors)
  assert.partialDeepStrictEqual(JSON.parse(done.out), { moves: [{ partition: 1, toOffset: '4' }], left: [] })
  assert.deepEqual(await committed(kafka, groupId), ['0:7', '1:4'])

  const nobody = await tidemark(['reset', '--group', uniqueName('nobody'), '--to', 'latest', ...at.slice(-2)])
  assert.deepEqual([nobody.code, nobody.out], [1, ''])
  assert.match(nobody.errors, /has committed nothing.*--topic/)
  const wrong = await tidemark([...at, '--to', 'latest', '--topic', uniqueName('none')])
  assert.match(wrong.errors, /has none of these topics/)

  const membership = await joinGroup(t, connection, groupId, topic)
  assert.match((await tidemark([...at, '--to', 'latest'])).out, /would be refused while the group has members: .+\(/)
  const refused = await tidemark([...at, '--to', 'latest', '--yes'])
  assert.equal(refused.code, 1)
  assert.match(refused.errors, /Stop them first\. Nothing was changed\./)
  await membership.leave()
})

test('a pipeline of the runtime reads on from where its group was set, and its proof returns with the undo', async t => {
  const stage = await useStage(t)
  const { client, groupId, topic, kafka } = stage
  await stage.produce(numbered('a', 5), 0)
  const drain = async (): Promise<string[]> => {
    const seen: string[] = []
    await createProcessor({
      ...{ client: client(), groupId, topics: [topic], value: text, handleSignals: false },
      guarantee: atLeastOnce(),
      trigger: 'availableNow',
      startingOffsets: 'earliest',
    })
      .foreachBatch(batch => void seen.push(...batch.map(record => record.value).collect()))
      .run()
    return seen
  }
  assert.equal((await drain()).length, 5)
  const place = [{ topic, partition: 0 }]
  const [stood] = await stage.connection.committedOffsets(groupId, place)
  const changes = openChanges({
    client: await clusterClient({ brokers: kafka.brokers }),
    clusterName: 'test',
    isReadOnly: false,
  })
  t.after(() => changes.close())
  const before = await changes.resetOffsets(groupId, [{ topic, partition: 0, offset: 2n }])
  await changes.resetOffsets(groupId, before)
  assert.deepEqual(await stage.connection.committedOffsets(groupId, place), [stood])
  assert.deepEqual(await drain(), [])
  await changes.resetOffsets(groupId, [{ topic, partition: 0, offset: 2n }])
  assert.deepEqual(await drain(), ['a2', 'a3', 'a4'])
})
