import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import { askBrokers } from '../../../runtime/src/localKafka/metadataProbe.ts'
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
