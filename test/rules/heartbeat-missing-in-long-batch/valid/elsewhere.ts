import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

declare function remove(key: Buffer | null, heartbeat: () => Promise<void>): Promise<void>

// Whoever does the work beats.
await consumer.run({
  eachBatch: async ({ batch, heartbeat }) => {
    for (const message of batch.messages) await remove(message.key, heartbeat)
  },
})

// A timer beats as long as the batch runs.
await consumer.run({
  eachBatch: async ({ batch, heartbeat }) => {
    const timer = setInterval(() => void heartbeat(), 3_000)
    try {
      for (const message of batch.messages) await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
    } finally {
      clearInterval(timer)
    }
  },
})

await consumer.run({
  eachBatch: async payload => {
    const timer = setInterval(payload.heartbeat, 3_000)
    for (const message of payload.batch.messages) await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
    clearInterval(timer)
  },
})

// Started one by one, awaited together: one wait.
await consumer.run({
  eachBatch: async ({ batch }) => {
    const pending: Promise<unknown>[] = []
    for (const message of batch.messages) pending.push(pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)]))
    await Promise.all(pending)
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
