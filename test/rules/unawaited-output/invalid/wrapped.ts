import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'shop', brokers: ['localhost:9092'] })
const pool = new Pool()

async function consume(topic: string, groupId: string, on: (order: { id: string }) => Promise<void>): Promise<void> {
  const consumer = kafka.consumer({ groupId })
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({ eachMessage: async ({ message }) => on(JSON.parse(String(message.value))) })
//                                                         ^^ related: called from here
//                                                         ^^ related: called from here
  process.once('SIGTERM', () => void consumer.disconnect())
}

// However often it is used.
await consume('orders', 'billing', async ({ id }) => {
  pool.query('UPDATE orders SET billed = true WHERE id = $1', [id])
//^^^^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'UPDATE orders'. Await it, or return it.
})
await consume('carts', 'cleaning', async ({ id }) => {
  pool.query('DELETE FROM carts WHERE id = $1', [id])
//^^^^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'DELETE FROM carts'. Await it, or return it.
})
