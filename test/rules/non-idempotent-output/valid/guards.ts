import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    const { rows } = await pool.query('SELECT 1 FROM processed_events WHERE id = $1', [order.id])
    if (rows.length > 0) return
    await pool.query('INSERT INTO orders (customer, cents) VALUES ($1, $2)', [order.customer, order.cents])
  },
})

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    const claimed = await pool.query('INSERT INTO processed_events (id) VALUES ($1) ON CONFLICT DO NOTHING', [order.id])
    if (claimed.rowCount === 0) return
    await pool.query('INSERT INTO orders (customer, cents) VALUES ($1, $2)', [order.customer, order.cents])
  },
})

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    const { rows } = await pool.query('SELECT 1 FROM orders WHERE reference = $1', [order.reference])
    // The record comes again until somebody looks at it, but nothing is written twice.
    if (rows.length > 0) throw new Error('placed before')
    await pool.query('INSERT INTO orders (customer, cents) VALUES ($1, $2)', [order.customer, order.cents])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
