// @docs
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
    const { offset } = message
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(offset) + 1n).toString() }])
    const list = [{ topic, partition, offset: (BigInt(String(message.offset)) + 1n).toString() }]
    await consumer.commitOffsets(list)
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
