// @docs
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ message }) => {
    try {
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
    } catch (error) {
      console.error('could not save', error)
      throw error
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
