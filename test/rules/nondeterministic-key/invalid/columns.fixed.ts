import { randomUUID } from 'node:crypto'
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ message, topic, partition }) => {
    const order = JSON.parse(String(message.value))
    await pool.query('INSERT INTO payments (id, cents, paid_at) VALUES ($1, $2, $3)', [`${topic}-${partition}-${message.offset}`, order.cents, Date.now()])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
