import { randomUUID } from 'node:crypto'
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer()

const send = (value: Buffer | null, key: string = randomUUID()) =>
  producer.send({ topic: 'payments', messages: [{ key, value }] })
const sendWith = (value: Buffer | null, { key = randomUUID() }: { key?: string } = {}) =>
  producer.send({ topic: 'payments', messages: [{ key, value }] })

/** Every caller gives a key of the record. */
await consumer.run({
  eachMessage: async ({ message }) => {
    await send(message.value, String(message.key))
    await sendWith(message.value, { key: String(message.key) })
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
