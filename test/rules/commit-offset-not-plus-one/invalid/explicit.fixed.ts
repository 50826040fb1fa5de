import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch: { topic, partition, messages }, commitOffsetsIfNecessary, heartbeat }) => {
    for (const message of messages) {
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
      await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset: (BigInt(message.offset) + 1n).toString() }] }] })
      await heartbeat()
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
