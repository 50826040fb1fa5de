// @docs
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    await pool.query('INSERT INTO orders (customer, cents) VALUES ($1, $2) ON CONFLICT DO NOTHING', [order.customer, order.cents])
    await pool.query(`update totals set cents = cents + $1 where customer = $2`, [order.cents, order.customer])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
