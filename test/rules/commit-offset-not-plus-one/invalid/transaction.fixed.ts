import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })

const producer = kafka.producer({ transactionalId: 'enrich', idempotent: true, maxInFlightRequests: 1 })

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const transaction = await producer.transaction()
    await transaction.sendOffsets({
      consumerGroupId: 'orders',
      topics: [{ topic, partitions: [{ partition, offset: (BigInt(message.offset) + 1n).toString() /* the record just read */ }] }],
    })
    await transaction.commit()
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
