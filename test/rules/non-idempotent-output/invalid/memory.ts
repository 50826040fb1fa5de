import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const seen = new Set<string>()

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    if (seen.has(order.id)) return
//      ^^^^^^^^^^^^^^^^^^ non-idempotent-output: What was processed is remembered in memory only, so after a restart or on another instance the same record passes again. Remember it where the output goes, in the same transaction.
    await pool.query('INSERT INTO orders (customer, cents) VALUES ($1, $2)', [order.customer, order.cents])
    seen.add(order.id)
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
