import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

// kafkajs resolves a record when its handler's promise has: auto-commit is at-least-once here.
await consumer.run({
  autoCommit: true,
  eachMessage: async ({ message }) => {
    await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
