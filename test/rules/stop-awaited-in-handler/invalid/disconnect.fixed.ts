// @docs
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })

const shutDown = async () => {
  await consumer.stop()
}

await consumer.run({
  eachMessage: async ({ message }) => {
    if (message.value === null) setImmediate(() => void consumer.disconnect())
    if (message.key === null) await shutDown()
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
