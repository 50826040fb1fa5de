/** Pipelines that keep their positions outside Kafka: the same table, the same numbers. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { clusterClient, openCluster } from '@tidemark/runtime/monitor'
import { sqlite } from '@tidemark/runtime/stores/sqlite'
import { tempFolder } from '../../harness/folders.ts'
import { useKafka } from '../../harness/kafka.ts'
import { uniqueName } from '../../harness/topics.ts'

test('lag of a pipeline whose offsets lie in SQLite', async t => {
  const { brokers } = await useKafka(t)
  const [topic, groupId] = [uniqueName('stored'), uniqueName('pipeline')]
  const connection = await (await clusterClient({ brokers })).connect()
  t.after(() => connection.close())
  await connection.createTopics([{ topic, partitions: 2, replicationFactor: 1 }])
  const producer = await connection.producer({ transactionalId: topic })
  producer.begin()
  await producer.send(Array.from({ length: 10 }, (_, i) => ({ topic, partition: i % 2, value: 'x' })))
  await producer.commit()
  await producer.close()

  const store = sqlite(join(await tempFolder(t), 'totals.db'))
  const open = await store.open({ groupId })
  t.after(() => open.close())
  await open.initialize({ topic, partition: 0, offset: 2n, topicId: undefined, metadata: undefined })
  await open.initialize({ topic, partition: 1, offset: 5n, topicId: undefined, metadata: undefined })
  const positions = await open.read([0, 1].map(partition => ({ topic, partition })))

  const monitor = await openCluster({ brokers })
  t.after(() => monitor.close())
  const { storedGroups, selectedGroups } = await monitor.refresh({
    stored: [{ groupId, store: store.name, positions }],
    details: [groupId],
  })
  assert.deepEqual(selectedGroups, [], 'Kafka knows nothing of it')
  const [pipeline] = storedGroups
  assert.equal(pipeline?.type, 'stored')
  assert.equal(pipeline.state, store.name)
  assert.equal(pipeline.readable, 3n)
  assert.deepEqual(
    pipeline.partitions.map(({ lag }) => [lag?.state, lag?.readable, lag?.markersAndAborted]),
    [
      ['behind', 3n, 1n],
      ['caughtUp', 0n, 1n],
    ],
  )
})
