import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusterClient, openChanges, openCluster } from '@tidemark/runtime/monitor'
import { useKafka } from '../../harness/kafka.ts'
import { uniqueName } from '../../harness/topics.ts'
import { joinGroup } from './member.ts'

test('a read-only cluster refuses every change before anything is sent', async () => {
  // Nobody listens there: whatever tried to send would fail otherwise.
  const client = await clusterClient({ brokers: ['127.0.0.1:1'] })
  const changes = openChanges({ client, clusterName: 'production', isReadOnly: true })
  const position = { topic: 't', partition: 0, offset: 1n }
  const attempts: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['createTopic', () => changes.createTopic({ topic: 't', partitions: 1 })],
    ['deleteTopics', () => changes.deleteTopics(['t'])],
    ['deleteRecords', () => changes.deleteRecords(position)],
    ['deleteGroup', () => changes.deleteGroup('g')],
    ['resetOffsets', () => changes.resetOffsets('g', [position])],
  ]
  for (const [name, attempt] of attempts)
    await assert.rejects(attempt, { code: 'CLUSTER_READ_ONLY', message: /production is read-only/ }, name)
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(changes)).filter(
    name => !['constructor', 'close'].includes(name),
  )
  assert.deepEqual(attempts.map(([name]) => name).sort(), methods.sort(), 'no change is left out here')
  const open = openChanges({ client, clusterName: 'production', isReadOnly: false })
  await assert.rejects(open.deleteGroup('g'), { code: 'BROKER_UNREACHABLE' }, 'the control: the others do send')
})

test('topics, records, positions and groups are changed as asked, and a reset can be undone', async t => {
  const { brokers } = await useKafka(t)
  const client = await clusterClient({ brokers })
  const changes = openChanges({ client, clusterName: 'test', isReadOnly: false })
  t.after(() => changes.close())
  const [topic, groupId] = [uniqueName('changed'), uniqueName('positions')]
  await changes.createTopic({ topic, partitions: 1 })
  await assert.rejects(changes.createTopic({ topic, partitions: 1 }), {
    code: 'KAFKA_REQUEST_REFUSED',
    message: /exists/,
  })

  const connection = await client.connect()
  t.after(() => connection.close())
  const producer = await connection.producer({})
  await producer.send(Array.from({ length: 10 }, () => ({ topic, value: 'x' })))
  await producer.close()
  const at = (offset: bigint) => [{ topic, partition: 0, offset }]
  assert.deepEqual(await changes.resetOffsets(groupId, at(4n)), [{ topic, partition: 0, offset: undefined }])
  const before = await changes.resetOffsets(groupId, at(9n))
  assert.deepEqual(before, [{ topic, partition: 0, offset: 4n, metadata: '' }])
  await changes.resetOffsets(groupId, before)
  assert.equal(await changes.deleteRecords({ topic, partition: 0, offset: 6n }), 6n)

  const monitor = await openCluster({ brokers })
  t.after(() => monitor.close())
  const { selectedGroups } = await monitor.refresh({ details: [groupId] })
  assert.equal(selectedGroups[0]?.partitions[0]?.lag?.takenByRetention, 2n)
  assert.equal(selectedGroups[0]?.readable, 4n)

  await changes.deleteGroup(groupId)
  assert.ok(!(await monitor.refresh()).groups.some(group => group.groupId === groupId))
  await changes.deleteTopics([topic])
  await assert.rejects(changes.deleteTopics([topic]), { code: 'TOPIC_UNKNOWN' })
})

test('a group with members is neither reset nor deleted, and they are named', async t => {
  const { brokers } = await useKafka(t)
  const client = await clusterClient({ brokers, clientId: 'busy-reader' })
  const changes = openChanges({ client, clusterName: 'test', isReadOnly: false })
  t.after(() => changes.close())
  const [topic, groupId] = [uniqueName('busy'), uniqueName('members')]
  await changes.createTopic({ topic, partitions: 1 })
  const connection = await client.connect()
  t.after(() => connection.close())
  const membership = await joinGroup(t, connection, groupId, topic)
  await assert.rejects(changes.resetOffsets(groupId, [{ topic, partition: 0, offset: 0n }]), {
    code: 'GROUP_ACTIVE',
    message: /busy-reader/,
  })
  await assert.rejects(changes.deleteGroup(groupId), { code: 'GROUP_ACTIVE' })
  await membership.leave()
  await changes.resetOffsets(groupId, [{ topic, partition: 0, offset: 0n }])
})
