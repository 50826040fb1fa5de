import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer()
const pool = new Pool()

/** Tries again by calling itself, and sets the record aside in the end. */
async function remove(message: { key: Buffer | null }, attempt = 1): Promise<void> {
  try {
    await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
  } catch (error) {
    if (attempt < 3) return remove(message, attempt + 1)
    await producer.send({ topic: 'orders.dead-letter', messages: [{ key: message.key, value: String(error) }] })
  }
}

/** Refuses what nobody can read; its own failure is told of its own catch. */
async function reply(kind: string, error: unknown): Promise<void> {
  try {
    if (kind === '') throw new Error('no kind')
    await producer.send({ topic: `replies.${kind}`, messages: [{ value: String(error) }] })
  } catch (failed) {
    console.error(failed)
    throw failed
  }
}

await consumer.run({ eachMessage: async ({ message }) => remove(message) })

await consumer.run({
  eachMessage: async ({ message }) => {
    try {
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
    } catch (error) {
      await reply(String(message.headers?.kind), error)
    }
  },
})
