import { KafkaJS } from '@confluentinc/kafka-javascript'
import { Pool } from 'pg'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders' } })
const pool = new Pool()

await consumer.run({
  eachBatch: async ({ batch }) => {
    await Promise.all(batch.messages.map(async message => {
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
    }))
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
