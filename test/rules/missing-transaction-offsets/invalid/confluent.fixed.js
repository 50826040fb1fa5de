const { Kafka } = require('@confluentinc/kafka-javascript').KafkaJS

const kafka = new Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders', autoCommit: false } })
const producer = kafka.producer({ 'transactional.id': 'orders' })

consumer.run({
  eachMessage: async ({ message, topic, partition }) => {
    const transaction = await producer.transaction()
    try {
      await transaction.send({ topic: 'enriched', messages: [{ value: message.value }] })
      await transaction.sendOffsets({
        consumer,
        topics: [{ topic, partitions: [{ partition, offset: (BigInt(message.offset) + 1n).toString() }] }],
      })
      await transaction.commit()
    } catch (error) {
      await transaction.abort()
      throw error
    }
  },
})

process.once('SIGTERM', () => consumer.disconnect())
