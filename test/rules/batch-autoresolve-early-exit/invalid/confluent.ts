import { KafkaJS } from '@confluentinc/kafka-javascript'
import { Pool } from 'pg'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders' } })
const pool = new Pool()

await consumer.run({
  eachBatch: async ({ batch, resolveOffset, isRunning }) => {
    for (const message of batch.messages) {
      if (!isRunning()) return
//                      ^^^^^^ batch-autoresolve-early-exit: 'return' leaves the batch early, and kafkajs then resolves all of it, so the records that were not processed are skipped. Set eachBatchAutoResolve: false and resolve each record after its output.
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
      resolveOffset(message.offset)
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
