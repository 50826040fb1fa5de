import { KafkaJS } from '@confluentinc/kafka-javascript'
import { Pool } from 'pg'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders' } })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ message }) => {
    await pool.query('INSERT INTO orders (customer) VALUES ($1) ON CONFLICT DO NOTHING', [String(message.key)])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
