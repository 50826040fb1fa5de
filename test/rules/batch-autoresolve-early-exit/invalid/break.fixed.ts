// @docs
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, heartbeat, isRunning, isStale }) => {
    for (const message of batch.messages) {
      if (!isRunning() || isStale()) break
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
      await heartbeat()
    }
  },
})

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, heartbeat, isRunning }) => {
    for (const message of batch.messages) {
      if (!isRunning()) return
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
      await heartbeat()
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
