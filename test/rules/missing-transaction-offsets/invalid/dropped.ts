import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders', readUncommitted: false })
const producer = kafka.producer({ transactionalId: 'orders-0', idempotent: true, maxInFlightRequests: 1 })

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const transaction = await producer.transaction()
    try {
      await transaction.send({ topic: 'billing', messages: [{ key: message.key, value: message.value }] })
      transaction.sendOffsets({
//    ^^^^^^^^^^^^^^^^^^^^^^^ missing-transaction-offsets: Nobody waits for the offsets to be sent, so the transaction may commit the results without them, and a crash then doubles the results. Await sendOffsets before the commit.
        consumerGroupId: 'orders',
        topics: [{ topic, partitions: [{ partition, offset: (BigInt(message.offset) + 1n).toString() }] }],
      })
      await transaction.commit()
    } catch (error) {
      await transaction.abort()
      throw error
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
