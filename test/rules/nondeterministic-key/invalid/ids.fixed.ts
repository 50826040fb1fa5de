// @docs
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })

import { randomUUID } from 'node:crypto'

const producer = kafka.producer()
const nextId = () => `${Date.now()}-${Math.random()}`

await consumer.run({
  eachMessage: async ({ message, topic, partition }) => {
    const payment = { id: `${topic}-${partition}-${message.offset}`, cents: Number(message.value) }
    await producer.send({ topic: 'payments', messages: [{ key: nextId(), value: JSON.stringify(payment) }] })
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
