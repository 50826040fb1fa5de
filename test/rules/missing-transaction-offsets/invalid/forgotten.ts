// @docs
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer({ transactionalId: 'orders', idempotent: true, maxInFlightRequests: 1 })

await consumer.run({
  eachMessage: async ({ message }) => {
    const transaction = await producer.transaction()
//                            ^^^^^^^^^^^^^^^^^^^^ missing-transaction-offsets: The transaction holds the results but not the consumed offsets, so a crash between its commit and that of the offsets doubles the results. Add transaction.sendOffsets({ consumerGroupId, topics }) before the commit.
    try {
      await transaction.send({ topic: 'enriched', messages: [message] })
      await transaction.commit()
    } catch (error) {
      await transaction.abort()
      throw error
    }
  },
})

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const transaction = await producer.transaction()
//                            ^^^^^^^^^^^^^^^^^^^^ missing-transaction-offsets: Nothing aborts this transaction when a send fails, so it stays open until it times out, and readers of committed records wait for it. Abort it in a catch, and throw the error again.
    await transaction.send({ topic: 'enriched', messages: [message] })
    const offset = (BigInt(message.offset) + 1n).toString()
    await transaction.sendOffsets({ consumerGroupId: 'orders', topics: [{ topic, partitions: [{ partition, offset }] }] })
    await transaction.commit()
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
