// @docs
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const offset = (BigInt(message.offset) + 1n).toString()
    await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
    await consumer.commitOffsets([{ topic, partition, offset }])
  },
})

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat, commitOffsetsIfNecessary }) => {
    for (const message of batch.messages) {
      // Nothing to write for a tombstone.
      if (message.value === null) {
        resolveOffset(message.offset)
        continue
      }
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
      resolveOffset(message.offset)
      await commitOffsetsIfNecessary()
      await heartbeat()
    }
  },
})

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    await Promise.all(batch.messages.map(message => pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])))
    for (const message of batch.messages) resolveOffset(message.offset)
    await heartbeat()
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
