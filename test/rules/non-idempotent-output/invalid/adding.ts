import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    // The row is found again by its key, and added to again.
    await pool.query(
//        ^^^^^^^^^^ non-idempotent-output: 'INSERT INTO totals' runs again when the record is delivered again ('cents = total.cents + excluded.cents' adds to the stored value again on a repeat), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
      `INSERT INTO totals AS total (id, cents) VALUES ($1, $2)
       ON CONFLICT (id) DO UPDATE SET cents = total.cents + excluded.cents`,
      [order.id, order.cents],
    )
    // What is left may still be enough the second time.
    await pool.query('UPDATE accounts SET balance = balance - $1 WHERE id = $2 AND balance >= $1', [order.cents, order.id])
//        ^^^^^^^^^^ non-idempotent-output: 'UPDATE accounts' runs again when the record is delivered again ('balance = balance - $1' adds to the stored value again on a repeat), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await pool.query('INSERT INTO visits (id, count) VALUES (?, 1) ON DUPLICATE KEY UPDATE count = count + 1', [order.id])
//        ^^^^^^^^^^ non-idempotent-output: 'INSERT INTO visits' runs again when the record is delivered again ('count = count + 1' adds to the stored value again on a repeat), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
