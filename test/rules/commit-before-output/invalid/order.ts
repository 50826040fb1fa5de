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
    await consumer.commitOffsets([{ topic, partition, offset }])
//        ^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'consumer.commitOffsets' marks the record done before 'DELETE FROM carts' has run: a failure or a crash between them loses it. Commit after the awaited output.
    await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
//        ^^^^^^^^^^ related: not done yet
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
