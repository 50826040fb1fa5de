// @docs
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ message }) => {
    pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
//  ^^^^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'DELETE FROM carts'. Await it, or return it.
    void pool.query('DELETE FROM offers WHERE id = $1', [String(message.key)])
//       ^^^^^^^^^^ unawaited-output: 'void' drops the promise, so the offset is committed whatever becomes of 'DELETE FROM offers'. Await it, or return it.
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
