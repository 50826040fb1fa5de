import { Kafka } from 'kafkajs'
import mysql from 'mysql2/promise'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = mysql.createPool({ uri: 'mysql://localhost/shop' })

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    await pool.execute('INSERT INTO orders (customer, cents) VALUES (?, ?)', [order.customer, order.cents])
//        ^^^^^^^^^^^^ non-idempotent-output: 'INSERT INTO orders' runs again when the record is delivered again (no ON CONFLICT clause), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
