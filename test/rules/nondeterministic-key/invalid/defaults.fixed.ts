import { randomUUID } from 'node:crypto'
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer()

const send = (key: string, value: Buffer | null) =>
  producer.send({ topic: 'payments', messages: [{ key, value }] })
const sendNew = (value: Buffer | null, key: string = randomUUID()) =>
  producer.send({ topic: 'payments', messages: [{ key, value }] })

await consumer.run({
  eachMessage: async ({ message, topic, partition }) => {
    const order: { id?: string; number?: string } = JSON.parse(String(message.value))
    const id = order.id ?? `${topic}-${partition}-${message.offset}`
    await send(id, message.value)
    await send(order.number || `order-${`${topic}-${partition}-${message.offset}`}`, message.value)
    await send(message.key ? String(message.key) : `${topic}-${partition}-${message.offset}`, message.value)
    const { number = `${topic}-${partition}-${message.offset}` } = order
    await send(number, message.value)
    let key = order.id
    if (!key) key = `${topic}-${partition}-${message.offset}`
    await send(key, message.value)
    // Called without: there is no other.
    await sendNew(message.value)
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
