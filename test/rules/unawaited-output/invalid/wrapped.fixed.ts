import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'shop', brokers: ['localhost:9092'] })
const pool = new Pool()

async function consume(topic: string, groupId: string, on: (order: { id: string }) => Promise<void>): Promise<void> {
  const consumer = kafka.consumer({ groupId })
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({ eachMessage: async ({ message }) => on(JSON.parse(String(message.value))) })
  process.once('SIGTERM', () => void consumer.disconnect())
}

// However often it is used.
await consume('orders', 'billing', async ({ id }) => {
  await pool.query('UPDATE orders SET billed = true WHERE id = $1', [id])
})
await consume('carts', 'cleaning', async ({ id }) => {
  await pool.query('DELETE FROM carts WHERE id = $1', [id])
})
