// @docs
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.subscribe({ topic: 'orders', fromBeginning: false })
//                                                         ^^^^^ data-loss-reset-policy: 'fromBeginning: false' starts at the end of the topic whenever no offset is stored: for a new group, and again after its offsets have expired. Records until then are skipped. Start at the beginning, or store the start explicitly.
await consumer.run({
  eachMessage: async ({ message }) => {
    await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
