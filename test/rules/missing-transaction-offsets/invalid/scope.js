const { Kafka } = require('kafkajs')

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer({ transactionalId: 'orders', idempotent: true, maxInFlightRequests: 1 })

consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    try {
      const transaction = await producer.transaction()
      await transaction.send({ topic: 'enriched', messages: [message] })
      const offset = (BigInt(message.offset) + 1n).toString()
      await transaction.sendOffsets({ consumerGroupId: 'orders', topics: [{ topic, partitions: [{ partition, offset }] }] })
      await transaction.commit()
    } catch (error) {
      await transaction.abort()
//          ^^^^^^^^^^^^^^^^^ missing-transaction-offsets: The transaction is declared inside the try and does not exist here, so this throws a ReferenceError: the transaction stays open until it times out, and readers of committed records wait for it. Begin it before the try.
      throw error
    }
  },
})

process.once('SIGTERM', () => consumer.disconnect())
