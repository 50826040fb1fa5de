const { Kafka } = require('@confluentinc/kafka-javascript').KafkaJS

const kafka = new Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders', autoCommit: false } })
const producer = kafka.producer({ 'transactional.id': 'orders' })

consumer.run({
  eachMessage: async ({ message }) => {
    const transaction = await producer.transaction()
//                            ^^^^^^^^^^^^^^^^^^^^ missing-transaction-offsets: The transaction holds the results but not the consumed offsets, so a crash between its commit and that of the offsets doubles the results. Add transaction.sendOffsets({ consumer, topics }) before the commit.
    try {
      await transaction.send({ topic: 'enriched', messages: [{ value: message.value }] })
      await transaction.commit()
    } catch (error) {
      await transaction.abort()
      throw error
    }
  },
})

process.once('SIGTERM', () => consumer.disconnect())
