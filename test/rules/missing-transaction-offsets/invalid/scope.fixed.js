const { Kafka } = require('kafkajs')

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer({ transactionalId: 'orders', idempotent: true, maxInFlightRequests: 1 })

consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const transaction = await producer.transaction()
    try {
      await transaction.send({ topic: 'enriched', messages: [message] })
      const offset = (BigInt(message.offset) + 1n).toString()
      await transaction.sendOffsets({ consumerGroupId: 'orders', topics: [{ topic, partitions: [{ partition, offset }] }] })
      await transaction.commit()
    } catch (error) {
      await transaction.abort()
      throw error
    }
  },
})

process.once('SIGTERM', () => consumer.disconnect())
