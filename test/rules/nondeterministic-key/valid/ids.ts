// @docs
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })

import { randomUUID } from 'node:crypto'

const producer = kafka.producer()

await consumer.run({
  eachMessage: async ({ topic, partition, message }) => {
    const payment = {
      id: `${topic}-${partition}-${message.offset}`,
      paidAt: new Date().toISOString(),
      traceId: randomUUID(),
    }
    await producer.send({ topic: 'payments', messages: [{ key: message.key, value: JSON.stringify(payment) }] })
    console.log(randomUUID())
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
