import { KafkaJS } from '@confluentinc/kafka-javascript'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders', autoCommit: false } })
const producer = kafka.producer({ kafkaJS: { transactionalId: 'orders' } })

await consumer.run({
  eachMessage: async ({ topic, partition, message }) => {
    const transaction = await producer.transaction()
//                            ^^^^^^^^^^^^^^^^^^^^ missing-transaction-offsets: The transaction holds the results but not the consumed offsets, so a crash between its commit and that of the offsets doubles the results. Add transaction.sendOffsets({ consumer, topics }) before the commit.
    await transaction.send({ topic: 'enriched', messages: [{ key: message.key, value: message.value }] })
    await transaction.commit()
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
