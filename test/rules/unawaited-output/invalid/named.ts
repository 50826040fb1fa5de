import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const pool = new Pool()
const consumer = kafka.consumer({ groupId: 'orders' })

async function remove(id: string): Promise<number> {
  const { rowCount } = await pool.query('DELETE FROM carts WHERE id = $1', [id])
//                           ^^^^^^^^^^ related: the output
  return rowCount ?? 0
}

/** The promise has a name, and nobody waits for it. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const removed = remove(String(message.key))
//                  ^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'DELETE FROM carts'. Await it, or return it.
//                  ^^^^^^ related: called from here
    console.log('removed', removed)
  },
})
await consumer.run({
  eachMessage: async ({ message }) => {
    const result = pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
//                 ^^^^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'DELETE FROM carts'. Await it, or return it.
    if (!result) throw new Error(`nothing of ${message.key}`)
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
