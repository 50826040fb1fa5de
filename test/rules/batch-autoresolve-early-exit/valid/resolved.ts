// @docs
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, heartbeat, isRunning, isStale, resolveOffset }) => {
    for (const message of batch.messages) {
      if (!isRunning() || isStale()) break
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
      resolveOffset(message.offset)
      await heartbeat()
    }
  },
})

await consumer.run({
  eachBatch: async ({ batch, heartbeat }) => {
    for (const message of batch.messages) {
      // The end of an inner loop and of a helper is not the end of the batch.
      for (const header of Object.keys(message.headers ?? {})) if (header === 'skip') break
      if (message.value === null) continue
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
      await heartbeat()
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
