import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    // Its own offset: all before it is done, and after a crash it is read again.
    await consumer.commitOffsets([{ topic, partition, offset: message.offset }])
    await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
  },
})
