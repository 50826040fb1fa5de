import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const consumer = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat, isRunning, isStale }) => {
    // Nothing of it is done, and all of it is resolved.
    if (!isRunning() || isStale()) return
    for (const message of batch.messages) {
      await pool.query('INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING', [message.key])
      resolveOffset(message.offset)
      await heartbeat()
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
