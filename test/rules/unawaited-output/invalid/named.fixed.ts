import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const pool = new Pool()
const consumer = kafka.consumer({ groupId: 'orders' })

async function remove(id: string): Promise<number> {
  const { rowCount } = await pool.query('DELETE FROM carts WHERE id = $1', [id])
  return rowCount ?? 0
}

/** The promise has a name, and nobody waits for it. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const removed = await remove(String(message.key))
    console.log('removed', removed)
  },
})
await consumer.run({
  eachMessage: async ({ message }) => {
    const result = await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
    if (!result) throw new Error(`nothing of ${message.key}`)
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
