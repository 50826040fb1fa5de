// @docs
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders', readUncommitted: true })

await consumer.run({
  eachMessage: async ({ message }) => console.log(message.value),
})

// At-least-once claims nothing of the kind.
export const other = kafka.consumer({ groupId: 'orders', readUncommitted: false })

process.once('SIGTERM', () => void consumer.disconnect())
