import { KafkaJS } from '@confluentinc/kafka-javascript'
import { Pool } from 'pg'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders' } })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ message, topic, partition }) => {
    await pool.query('INSERT INTO orders (id, customer) VALUES ($1, $2)', [`${topic}-${partition}-${message.offset}`, String(message.key)])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
