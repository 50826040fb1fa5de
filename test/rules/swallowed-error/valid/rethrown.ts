import { Kafka } from 'kafkajs'
import { Pool } from 'pg'
// @ts-expect-error: a library of one's own, known by its names only
import { rethrow } from '@acme/errors'

const consumer = new Kafka({ brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ message }) => {
    try {
      await pool.query('INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING', [message.key])
    } catch (error) {
      rethrow.rethrowDatabaseError(error)
    }
  },
})
process.once('SIGTERM', () => void consumer.disconnect())
