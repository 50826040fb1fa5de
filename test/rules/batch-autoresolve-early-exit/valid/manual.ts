import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const pool = new Pool()
const consumer = new Kafka({ brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })

/** Left where it stops, and only what is done is committed: the rest is read again by whoever comes next. */
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch: { topic, partition, messages }, heartbeat, isRunning, isStale }) => {
    if (!isRunning() || isStale()) return
    for (const message of messages) {
      if (!isRunning() || isStale()) break
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
      await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
      await heartbeat()
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
