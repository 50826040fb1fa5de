// @docs
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    await pool.query('INSERT INTO orders (customer, cents) VALUES ($1, $2)', [order.customer, order.cents])
//        ^^^^^^^^^^ non-idempotent-output: 'INSERT INTO orders' runs again when the record is delivered again (no ON CONFLICT clause), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await pool.query(`update totals set cents = cents + $1 where customer = $2`, [order.cents, order.customer])
//        ^^^^^^^^^^ non-idempotent-output: 'UPDATE totals' runs again when the record is delivered again ('cents = cents + $1' adds to the stored value again on a repeat), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
