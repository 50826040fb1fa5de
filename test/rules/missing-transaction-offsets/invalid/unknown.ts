import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: process.env.GROUP ?? '' })
const producer = kafka.producer({ transactionalId: 'orders', idempotent: true, maxInFlightRequests: 1 })

// Which group the offsets are of is only known at run time: nothing to write.
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

process.once('SIGTERM', () => void consumer.disconnect())
