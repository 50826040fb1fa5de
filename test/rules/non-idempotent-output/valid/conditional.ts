import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    // Remembers how far it has counted.
    await pool.query(
      `INSERT INTO totals AS total (customer, cents, last_offset) VALUES ($1, $2, $3)
       ON CONFLICT (customer) DO UPDATE SET cents = total.cents + excluded.cents, last_offset = excluded.last_offset
       WHERE total.last_offset < excluded.last_offset`,
      [order.customer, order.cents, message.offset],
    )
    // A compare-and-set on the version, or on the state it leaves.
    await pool.query('UPDATE accounts SET balance = balance - $1, version = version + 1 WHERE id = $2 AND version = $3', [
      order.cents,
      order.account,
      order.version,
    ])
    await pool.query("UPDATE orders SET attempts = attempts + 1, state = 'paid' WHERE id = $1 AND state = 'open'", [order.id])
    await pool.query('INSERT INTO visits (customer) VALUES ($1) ON CONFLICT ON CONSTRAINT one_visit DO NOTHING', [order.customer])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
