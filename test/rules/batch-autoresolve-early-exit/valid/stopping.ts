import { type EachBatchPayload, Kafka } from 'kafkajs'
import { Pool } from 'pg'

const consumer = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })
const pool = new Pool()

async function save({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
  for (const message of batch.messages) {
    await pool.query('INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING', [message.key])
    resolveOffset(message.offset)
    await heartbeat()
  }
}

await consumer.run({
  eachBatch: async payload => {
    // Nothing to do, and nothing wanted, may be passed over.
    if (payload.batch.isEmpty()) return
    if (payload.batch.topic !== 'orders') return
    if (!payload.isRunning()) throw new Error('stopped')
    if (payload.isRunning()) {
      await save(payload)
      return
    }
    await save(payload)
  },
})

const other = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] }).consumer({ groupId: 'later' })
await other.run({
  eachBatchAutoResolve: false,
  eachBatch: async payload => {
    if (!payload.isRunning() || payload.isStale()) return
    await save(payload)
  },
})

process.once('SIGTERM', () => void Promise.all([consumer.disconnect(), other.disconnect()]))
