/** An ordinary kafkajs consumer that sends each message on: `KIND=sends` by itself, `transaction` with its offset in one transaction. */
import { Kafka, logLevel } from 'kafkajs'

const { BROKERS = '', TOPIC = '', GROUP = '', OUTPUT = '', KIND = 'sends' } = process.env
const kafka = new Kafka({ clientId: 'plain', brokers: BROKERS.split(','), logLevel: logLevel.NOTHING })
const isInTransaction = KIND === 'transaction'
const producer = kafka.producer(
  isInTransaction ? { transactionalId: `${GROUP}-forwarder`, idempotent: true, maxInFlightRequests: 1 } : {},
)
const consumer = kafka.consumer({ groupId: GROUP })
await Promise.all([producer.connect(), consumer.connect()])
await consumer.subscribe({ topics: [TOPIC], fromBeginning: true })
await consumer.run({
  autoCommit: !isInTransaction,
  eachMessage: async ({ topic, partition, message: { offset, value } }) => {
    if (!isInTransaction) {
      await producer.send({ topic: OUTPUT, messages: [{ key: 'one', value }] })
      await producer.sendBatch({ topicMessages: [{ topic: OUTPUT, messages: [{ key: 'two', value }] }] })
      return
    }
    const transaction = await producer.transaction()
    await transaction.send({ topic: OUTPUT, messages: [{ value }] })
    const next = `${BigInt(offset) + 1n}`
    await transaction.sendOffsets({
      consumerGroupId: GROUP,
      topics: [{ topic, partitions: [{ partition, offset: next }] }],
    })
    await transaction.commit()
  },
})
process.once('SIGTERM', () => void Promise.all([consumer.disconnect(), producer.disconnect()]))
