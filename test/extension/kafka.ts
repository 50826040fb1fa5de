/** A second client, kafkajs itself: what the extension shows has to equal what it sees. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type Admin, Kafka, logLevel, Partitioners } from 'kafkajs'
import { kafkaTool } from '../harness/kafka.ts'
import { until } from '../harness/until.ts'
import type { TestScope } from './suite.ts'
import { brokersVariable } from './variables.ts'

export function kafka(clientId = 'witness'): Kafka {
  const brokers = process.env[brokersVariable]
  assert.ok(brokers, 'no Kafka: these tests are started by test/harness/vscodeSession.ts')
  return new Kafka({ clientId, brokers: brokers.split(','), logLevel: logLevel.NOTHING })
}

export async function admin(t: TestScope): Promise<Admin> {
  const connected = kafka().admin()
  await connected.connect()
  t.after(() => connected.disconnect())
  return connected
}

/** A topic of the test's own; removed with it. */
export function makeTopic(t: TestScope, stem: string, partitions = 3): Promise<string> {
  return makeNamedTopic(t, `${stem}-${randomBytes(3).toString('hex')}`, partitions)
}

/** For pictures, whose Kafka is their own. */
export async function makeNamedTopic(t: TestScope, topic: string, partitions = 3): Promise<string> {
  const client = await admin(t)
  await client.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: partitions }] })
  await until(`leaders of ${topic}`, async () => {
    const { topics } = await client.fetchTopicMetadata({ topics: [topic] })
    return topics[0]?.partitions.every(({ leader }) => leader >= 0) ?? false
  })
  t.after(() => client.deleteTopics({ topics: [topic] }))
  return topic
}

/** Orders as the samples expect them, spread evenly, the same each time. */
export async function produceOrders(topic: string, counts: readonly number[]): Promise<void> {
  // Idempotent: a request that is sent again on a busy machine must not double what tests count.
  const producer = kafka().producer({
    createPartitioner: Partitioners.LegacyPartitioner,
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  let id = 0
  const messages = counts.flatMap((count, partition) =>
    Array.from({ length: count }, () => {
      id++
      const customer = `customer-${String(id % 17).padStart(3, '0')}`
      return { partition, key: customer, value: JSON.stringify({ id: `order-${id}`, customer, amountCents: 100 + id }) }
    }),
  )
  await producer.send({ topic, messages })
  await producer.disconnect()
}

/** A line of what Kafka's own tool, the independent witness, says of a group. */
export interface ToldOffsets {
  readonly place: string
  readonly committed: number | undefined
  readonly end: number
}

/** Of the group whose name begins so; a partition that is neither assigned nor committed is left out. */
export async function toldByKafka(prefix: string): Promise<ToldOffsets[]> {
  const brokers = process.env[brokersVariable] ?? assert.fail('no Kafka')
  const text = await kafkaTool('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand', [
    '--bootstrap-server',
    brokers,
    '--describe',
    '--all-groups',
  ])
  const rows = text.split('\n').map(line => line.trim().split(/\s+/))
  return rows
    .filter(([group = '']) => group.startsWith(prefix))
    .map(([, topic, partition, committed, end]) => ({
      place: `${topic}/${partition}`,
      committed: committed === '-' ? undefined : Number(committed),
      end: Number(end),
    }))
}

export const shown = (offset: string | number): string => Number(offset).toLocaleString('en-US')
