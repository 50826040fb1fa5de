// @docs
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })

let isDone = false

await consumer.run({
  eachMessage: async ({ message }) => {
    if (message.value === null) setImmediate(() => consumer.disconnect())
    if (message.key === null) void consumer.stop()
    if (message.headers === undefined) consumer.stop().then(() => process.exit(0))
    isDone ||= message.value === null
  },
})

if (isDone) await consumer.disconnect()

process.once('SIGTERM', () => void consumer.disconnect())
