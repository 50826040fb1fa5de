import { KafkaJS } from '@confluentinc/kafka-javascript'
import { Pool } from 'pg'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders', autoCommit: false } })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ topic, partition, message }) => {
    const offset = (BigInt(message.offset) + 1n).toString()
    await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
    await consumer.commitOffsets([{ topic, partition, offset }])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
