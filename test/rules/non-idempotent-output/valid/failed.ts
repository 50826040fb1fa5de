import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer()
const pool = new Pool()

const attemptsMax = 3

await consumer.run({
  eachMessage: async ({ message }) => {
    const attempt = Number(message.headers?.attempt ?? 0) + 1
    try {
      await pool.query('INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING', [message.key])
    } catch (error) {
      const topic = attempt < attemptsMax ? 'orders.again' : 'orders.given-up'
      await producer.send({ topic, messages: [{ ...message, headers: { attempt: String(attempt), error: String(error) } }] })
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
