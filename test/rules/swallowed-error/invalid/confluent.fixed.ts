import { KafkaJS } from '@confluentinc/kafka-javascript'
import { Pool } from 'pg'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders' } })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ message }) => {
    try {
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
    } catch (error) {
      console.error(error)
      throw error
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
