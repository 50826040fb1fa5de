import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachBatch: async ({ batch }) => {
    // One wait, not one for each record.
    await Promise.all(batch.messages.map(message => pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])))
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
