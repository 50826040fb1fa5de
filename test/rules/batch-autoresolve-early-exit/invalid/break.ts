// @docs
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachBatch: async ({ batch, heartbeat, isRunning, isStale }) => {
    for (const message of batch.messages) {
      if (!isRunning() || isStale()) break
//                                   ^^^^^ batch-autoresolve-early-exit: 'break' leaves the batch early, and kafkajs then resolves all of it, so the records that were not processed are skipped. Set eachBatchAutoResolve: false and resolve each record after its output.
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
      await heartbeat()
    }
  },
})

await consumer.run({
  eachBatchAutoResolve: true,
  eachBatch: async ({ batch, heartbeat, isRunning }) => {
    for (const message of batch.messages) {
      if (!isRunning()) return
//                      ^^^^^^ batch-autoresolve-early-exit: 'return' leaves the batch early, and kafkajs then resolves all of it, so the records that were not processed are skipped. Set eachBatchAutoResolve: false and resolve each record after its output.
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
      await heartbeat()
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
