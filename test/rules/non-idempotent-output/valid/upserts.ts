// @docs
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ topic, partition, message }) => {
    const order = JSON.parse(String(message.value))
    await pool.query('INSERT INTO orders (customer) VALUES ($1) ON CONFLICT (customer) DO NOTHING', [order.customer])
    // Unique by where the record comes from.
    await pool.query('INSERT INTO log (topic, partition, kafka_offset, body) VALUES ($1, $2, $3, $4)', [topic, partition, message.offset, order.body])
    await pool.query('INSERT INTO payments (id, cents) VALUES ($1, $2)', [order.id, order.cents])
    await pool.query('UPDATE orders SET state = $1 WHERE id = $2', ['paid', order.id])
    await pool.query('DELETE FROM carts WHERE id = $1', [order.cart])
    await pool.query('SELECT 1 FROM orders WHERE id = $1', [order.id])
    await fetch('https://billing.example/orders', { headers: { accept: 'application/json' } })
    await fetch('https://billing.example/invoices', { method: 'POST', headers: { 'Idempotency-Key': order.id } })
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
