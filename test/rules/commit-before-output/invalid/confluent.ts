import { KafkaJS } from '@confluentinc/kafka-javascript'
import { Pool } from 'pg'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders', autoCommit: false } })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ topic, partition, message }) => {
    const offset = (BigInt(message.offset) + 1n).toString()
    await consumer.commitOffsets([{ topic, partition, offset }])
//        ^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'consumer.commitOffsets' marks the record done before 'DELETE FROM carts' has run: a failure or a crash between them loses it. Commit after the awaited output.
    await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
//        ^^^^^^^^^^ related: not done yet
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
