/**
 * The same experiments against bare kafkajs: they must see it fail, or they prove nothing about the adapters.
 *
 * When one of these turns green-to-red because kafkajs was mended, that is good news for the page about clients.
 */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import type { KafkaConnection } from '../../../runtime/src/clients/client.ts'
import { type TestKafka, useKafka } from '../../harness/kafka.ts'
import { apiKeys, useProxy } from '../../harness/proxy.ts'
import { fileScope } from '../../harness/scope.ts'
import { uniqueName } from '../../harness/topics.ts'
import { until } from '../../harness/until.ts'
import { interleaveTransactions } from './promises/reading.ts'
import { bareKafkajs, readAll, values } from './stage.ts'

const scope = fileScope()
let kafka: TestKafka
let connection: KafkaConnection

before(async () => {
  kafka = await useKafka(scope)
  connection = await kafkajs(bareKafkajs(kafka.brokers)).connect()
  scope.after(() => connection.close())
})

describe('bare kafkajs', () => {
  test('shows aborted records to read_committed (4)', async t => {
    const topic = await newTopic()
    await interleaveTransactions(connection, topic)
    const consumer = bareKafkajs(kafka.brokers).consumer({ groupId: uniqueName('control'), maxWaitTimeInMs: 100 })
    t.after(() => consumer.disconnect())
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    const seen: string[] = []
    await consumer.run({ eachMessage: async ({ message }) => void seen.push(String(message.value)) })
    await until('it has read to the end', () => seen.includes('c2'))
    assert.notDeepEqual(seen, ['c1', 'c2'])
  })

  test('loses or doubles records when connections are cut under its idempotent producer (5)', async t => {
    const topic = await newTopic()
    const proxy = await useProxy(t, kafka.brokers)
    const producer = bareKafkajs(proxy.brokers).producer({ idempotent: true, maxInFlightRequests: 1 })
    t.after(() => producer.disconnect())
    await producer.connect()
    await producer.send({ topic, messages: [{ partition: 0, value: 'first' }] })
    proxy.judge(({ apiKey, index }) => (apiKey === apiKeys.produce && index % 3 === 1 ? 'loseReply' : 'pass'))
    const expected = ['first']
    for (let round = 0; round < 10; round++) {
      const own = ['a', 'b', 'c'].map(part => `${round}${part}`)
      expected.push(...own)
      await Promise.allSettled(own.map(value => producer.send({ topic, messages: [{ partition: 0, value }] })))
    }
    proxy.judge(() => 'pass')
    assert.notDeepEqual(values(await readAll(connection, { topic, partition: 0 })).toSorted(), expected.toSorted())
  })

  test('accepts a commit for a partition that another member owns (2)', async t => {
    const topic = await newTopic(2)
    const groupId = uniqueName('control')
    const owned = new Map<string, number[]>()
    const join = async (name: string) => {
      const consumer = bareKafkajs(kafka.brokers).consumer({ groupId, heartbeatInterval: 200, maxWaitTimeInMs: 100 })
      t.after(() => consumer.disconnect())
      consumer.on('consumer.group_join', ({ payload }) => void owned.set(name, payload.memberAssignment[topic] ?? []))
      await consumer.connect()
      await consumer.subscribe({ topics: [topic] })
      await consumer.run({ autoCommit: false, eachMessage: async () => {} })
      return consumer
    }
    const first = await join('first')
    await join('second')
    await until('each owns one', () => owned.get('first')?.length === 1 && owned.get('second')?.length === 1)
    const foreign = { topic, partition: owned.get('second')?.[0] as number }
    await first.commitOffsets([{ ...foreign, offset: '5' }])
    assert.equal((await connection.committedOffsets(groupId, [foreign]))[0]?.offset, 5n)
  })

  test("commits the offsets of a generation that has passed, in a zombie's transaction (3)", async t => {
    const topic = await newTopic()
    const groupId = uniqueName('control')
    const producer = bareKafkajs(kafka.brokers).producer({
      transactionalId: uniqueName('control'),
      idempotent: true,
      maxInFlightRequests: 1,
    })
    t.after(() => producer.disconnect())
    await producer.connect()
    const transaction = await producer.transaction()
    await transaction.send({ topic, messages: [{ partition: 0, value: 'zombie' }] })
    // Meanwhile the group has gone on to another member, and kafkajs has no way to say whom it speaks for.
    const callbacks = { onAssigned: async () => {}, onRevoked: async () => {}, onLost: () => {}, onError: () => {} }
    const times = { sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 6_000, heartbeatIntervalMs: 500 }
    const owner = await connection.join({ groupId, topics: [topic], ...times, ...callbacks })
    await owner.commit([{ topic, partition: 0, offset: 20n }])
    await transaction.sendOffsets({
      consumerGroupId: groupId,
      topics: [{ topic, partitions: [{ partition: 0, offset: '10' }] }],
    })
    await transaction.commit()
    assert.equal((await connection.committedOffsets(groupId, [{ topic, partition: 0 }]))[0]?.offset, 10n)
    await owner.leave()
  })
})

async function newTopic(partitions = 1): Promise<string> {
  const topic = uniqueName('control')
  await connection.createTopics([{ topic, partitions }])
  return topic
}
