/** Pipelines that keep their positions outside Kafka: the same table, the same numbers, wherever that is. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { clusterClient, openCluster, StoredReader, storeAt } from '@tidemark/runtime/monitor'
import { tempFolder } from '../../harness/folders.ts'
import { useKafka } from '../../harness/kafka.ts'
import { usePostgres } from '../../harness/postgres.ts'
import { uniqueName } from '../../harness/topics.ts'
import { until } from '../../harness/until.ts'
import { useZooKeeper } from '../../harness/zookeeper.ts'

/** Where each kind of store is, as a pipeline's code says it. */
const places: Readonly<Record<string, (t: TestContext) => Promise<string>>> = {
  sqlite: async t => join(await tempFolder(t), 'totals.db'),
  checkpoint: async t => join(await tempFolder(t), 'offsets'),
  postgres: async t => (await usePostgres(t)).connectionString,
  zookeeper: async t => (await useZooKeeper(t)).connectString,
}

for (const [kind, placeOf] of Object.entries(places))
  test(`lag of a pipeline whose offsets lie in ${kind}, while it runs`, async t => {
    const place = await placeOf(t)
    const { topic, topicId, brokers } = await markedTopic(t)
    const groupId = uniqueName('pipeline')
    const store = await storeAt({ kind, place })
    assert.ok(store)
    const open = await store.open({ groupId })
    t.after(() => open.close())
    for (const [partition, offset] of [2n, 5n].entries())
      await open.initialize({ topic, partition, offset, topicId, metadata: undefined })

    const reader = new StoredReader()
    const pipeline = { groupId, kind, place, store: 'the store' }
    const { positions } = await until('the store has answered', async () => {
      const read = await reader.read([pipeline])
      return read.positions.length > 0 ? read : undefined
    })
    const monitor = await openCluster({ brokers })
    t.after(() => monitor.close())
    const { storedGroups, selectedGroups } = await monitor.refresh({ stored: positions, details: [groupId] })
    assert.deepEqual(selectedGroups, [], 'Kafka knows nothing of it')
    const [found] = storedGroups
    assert.deepEqual([found?.type, found?.state, found?.readable], ['stored', 'the store', 3n])
    assert.deepEqual(
      found?.partitions.map(({ lag }) => [lag?.state, lag?.readable, lag?.markersAndAborted]),
      [
        ['behind', 3n, 1n],
        ['caughtUp', 0n, 1n],
      ],
    )
  })

test('positions of a topic that was made anew are lost, not lag', async t => {
  const { topic, brokers } = await markedTopic(t)
  const monitor = await openCluster({ brokers })
  t.after(() => monitor.close())
  const positions = [{ topic, partition: 0, offset: 1n, topicId: 'AAAAAAAAAAAAAAAAAAAAAQ' }]
  const { storedGroups } = await monitor.refresh({ stored: [{ groupId: 'g', store: 's', positions }] })
  assert.equal(storedGroups[0]?.partitions[0]?.lag?.state, 'positionLost')
  assert.equal(storedGroups[0]?.status, 'positionLost')
})

test('a store that does not answer holds nobody up, and says why', async t => {
  const reader = new StoredReader()
  const missing = { groupId: 'g', kind: 'sqlite', place: join(await tempFolder(t), 'none.db'), store: 'none.db' }
  // Nothing answers there: a connection attempt waits for its whole time.
  const silent = { groupId: 'h', kind: 'postgres', place: 'postgres://nobody@192.0.2.1:5432/none', store: 'none' }
  const { positions, failures } = await until('the missing one is known', async () => {
    const read = await reader.read([missing, silent])
    return read.failures[0]?.failure === undefined ? undefined : read
  })
  assert.deepEqual(positions, [])
  assert.match(String(failures[0]?.failure), /SQLite \S+ could not be reached/)
  assert.equal(failures.length, 2)
})

/** Two partitions, five records and a marker in each. */
async function markedTopic(t: TestContext) {
  const { brokers } = await useKafka(t)
  const topic = uniqueName('stored')
  const connection = await (await clusterClient({ brokers })).connect()
  t.after(() => connection.close())
  await connection.createTopics([{ topic, partitions: 2, replicationFactor: 1 }])
  const producer = await connection.producer({ transactionalId: topic })
  producer.begin()
  await producer.send(Array.from({ length: 10 }, (_, i) => ({ topic, partition: i % 2, value: 'x' })))
  await producer.commit()
  await producer.close()
  const [described] = await connection.describeTopics([topic])
  return { brokers, topic, topicId: described?.topicId }
}
