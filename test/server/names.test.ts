/** Which texts of a document name topics and groups, and who in the workspace uses a group, over real messages. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type GroupPipeline, groupPipelinesMethod, type NameInfo, namesMethod } from '@tidemark/server/protocol'
import { folder } from './folder.ts'
import { startClient } from './lspClient.ts'
import { doublingPipeline } from './sources.ts'

const source = `import { Kafka } from 'kafkajs'
import { createProcessor } from '@tidemark/runtime'
import { start } from './wrapper.ts'

const audit = 'audit-log'
const kafka = new Kafka({ clientId: 'shop', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'totals' })
await consumer.subscribe({ topics: ['orders', audit], fromBeginning: true })
await consumer.run({ eachMessage: async () => console.log('orders', 'other') })

const producer = kafka.producer()
await producer.send({ topic: 'results', messages: [{ key: 'topic', value: 'groupId' }] })
await producer.sendBatch({ topicMessages: [{ topic: audit, messages: [] }] })
await kafka.admin().fetchOffsets({ groupId: \`nightly\`, topics: [''] })

createProcessor({ client: undefined, groupId: 'modern', topics: ['clicks'], deadLetterTopic: 'clicks-dead' })
other({ topic: 'nobody' })
`

test('topics and groups are told from other texts, wherever a client is given them', async t => {
  const at = folder(t, { 'names.ts': source })
  const path = at.at('names.ts')
  const client = await startClient(t, { folders: [at.path] })
  client.open(path, source)
  const found = await client.request<NameInfo[]>(namesMethod, { uri: client.uri(path) })
  const lines = source.split('\n')
  for (const { name, range, isText } of found) {
    const word = lines[range.start.line]?.slice(range.start.character, range.end.character)
    assert.equal(word, isText ? name : 'audit', JSON.stringify(range))
  }
  assert.deepEqual(
    found.map(({ kind, name, range, isText }) => `${range.start.line + 1} ${kind} ${name}${isText ? '' : ' (used)'}`),
    [
      '5 topic audit-log',
      '7 group totals',
      '8 topic orders',
      '8 topic audit-log (used)',
      '12 topic results',
      '13 topic audit-log (used)',
      '14 group nightly',
      '14 topic ',
      '16 group modern',
      '16 topic clicks',
      '16 topic clicks-dead',
      '9 topic orders',
    ],
  )

  // A name that is being written is known by its place.
  client.edit(path, "groupId: 'totals' })", "groupId: 'tot")
  const written = await client.request<NameInfo[]>(namesMethod, { uri: client.uri(path) })
  const group = written.find(({ range }) => range.start.line === 6)
  assert.deepEqual(group, {
    kind: 'group',
    name: 'tot',
    range: { start: { line: 6, character: 44 }, end: { line: 6, character: 47 } },
    isText: true,
  })
  assert.deepEqual(await client.request(namesMethod, { uri: 'file:///nowhere.ts' }), [])
})

test('all pipelines of a group are found, in files nobody has opened too', async t => {
  const at = folder(t, {
    'a/one.ts': doublingPipeline,
    'b/two.ts': doublingPipeline,
    'b/other.ts': doublingPipeline.replace("groupId: 'totals'", "groupId: 'someone-else'"),
  })
  const client = await startClient(t, { folders: [at.path] })
  const found = await client.request<GroupPipeline[]>(groupPipelinesMethod, { groupId: 'totals' })
  assert.deepEqual(
    found.map(({ uri, topics }) => [uri, topics.join()]),
    [
      [client.uri(at.at('a/one.ts')), 'orders'],
      [client.uri(at.at('b/two.ts')), 'orders'],
    ],
  )
  assert.deepEqual(await client.request(groupPipelinesMethod, { groupId: 'nobody' }), [])
})
