// @docs
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const offset = (BigInt(message.offset) + 1n).toString()
    await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
    await consumer.commitOffsets([{ topic, partition, offset }])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
