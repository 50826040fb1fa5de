import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localKafkaStatus, restartLocalKafka, startLocalKafka, stopLocalKafka } from '@tidemark/runtime/localKafka'
import { Kafka, logLevel } from 'kafkajs'
import { askBrokers } from '../../../runtime/src/localKafka/metadataProbe.ts'
import { tempFolder } from '../../harness/folders.ts'
import { useKafka } from '../../harness/kafka.ts'
import { uniqueName } from '../../harness/topics.ts'
import { until } from '../../harness/until.ts'

const client = (brokers: string[]) => new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { retries: 20 } })

test('a killed broker keeps its records and its port', async t => {
  const kafka = await useKafka(t, { isOwn: true })
  const topic = uniqueName('kept')
  const producer = client(kafka.brokers).producer()
  await producer.connect()
  t.after(() => producer.disconnect())
  await producer.send({ topic, messages: [{ value: 'one' }] })

  await kafka.killBroker(0)
  const port = Number(kafka.brokers[0]?.split(':')[1])
  await assert.rejects(askBrokers(port, 1_000))
  await kafka.startBroker(0)

  const offsets = await until('the topic is led again', async () => {
    const text = await kafka.tool('org.apache.kafka.tools.GetOffsetShell', [
      '--bootstrap-server',
      kafka.brokers.join(','),
      '--topic',
      topic,
    ])
    return text.includes(`${topic}:0:1`) && text
  })
  assert.match(offsets, new RegExp(`${topic}:0:1`))
})

test('a frozen broker does not answer until it is thawed', async t => {
  const kafka = await useKafka(t, { isOwn: true })
  const port = Number(kafka.brokers[0]?.split(':')[1])
  const thaw = await kafka.freeze(0)
  await assert.rejects(askBrokers(port, 500), /no answer/)
  await thaw()
  assert.deepEqual(await askBrokers(port, 10_000), [1])
})

test('three brokers know each other, and two go on without the third', async t => {
  const kafka = await useKafka(t, { brokers: 3 })
  assert.equal(kafka.brokers.length, 3)
  await kafka.killBroker(2)
  const admin = client(kafka.brokers.slice(0, 2)).admin()
  await admin.connect()
  t.after(() => admin.disconnect())
  await until('the dead broker is noticed', async () => (await admin.describeCluster()).brokers.length === 2)
  await kafka.startBroker(2)
  await until('the broker is back', async () => (await admin.describeCluster()).brokers.length === 3)
})

test('a restart keeps records, port and settings, though the data is ephemeral', async t => {
  const address = { folder: await tempFolder(t), name: 'restarted' }
  await assert.rejects(restartLocalKafka(address), { code: 'NOT_RUNNING' })
  const configs = { 'log.retention.ms': '12345678' }
  const cluster = await startLocalKafka({ ...address, configs, port: 0, engine: 'java', isEphemeral: true })
  t.after(() => stopLocalKafka(address))
  const brokers = [...cluster.brokers]
  const topic = uniqueName('kept')
  const producer = client(brokers).producer()
  await producer.connect()
  await producer.send({ topic, messages: [{ value: 'one' }] })
  await producer.disconnect()

  await restartLocalKafka(address)

  const status = await localKafkaStatus(address)
  assert.equal(status.state, 'running')
  assert.deepEqual(
    status.nodes.map(node => node.address),
    brokers,
  )
  assert.notDeepEqual(
    status.nodes.map(node => node.pid),
    cluster.pids,
  )
  const admin = client(brokers).admin()
  await admin.connect()
  t.after(() => admin.disconnect())
  const [offsets] = await until('the topic is led again', () => admin.fetchTopicOffsets(topic).catch(() => undefined))
  assert.equal(offsets?.high, '1')
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 4, name: '1' }] })
  const retention = resources[0]?.configEntries.find(entry => entry.configName === 'log.retention.ms')
  assert.equal(retention?.configValue, configs['log.retention.ms'])
})
