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
      topics: [{ topic, partitions: [{ partition, offset: message.offset /* the record just read */ }] }],
//                                                        ^^^^^^^^^^^^^^ commit-offset-not-plus-one: 'message.offset' is the offset of the record just read; 'transaction.sendOffsets' expects that of the next one, so this record is delivered again after every restart. Commit the offset plus one.
    })
    await transaction.commit()
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
