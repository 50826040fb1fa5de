import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const remove = (key: Buffer | null) => pool.query('DELETE FROM carts WHERE id = $1', [String(key)])

await consumer.run({
  eachBatch: async ({ batch, heartbeat }) => {
    await Promise.allSettled(batch.messages.map(message => remove(message.key)))
    await heartbeat()
  },
})

/** Everything fails through one helper, two calls down; the finding stays with the catch. */
const told = { problems: 0 }
function note(error: unknown): void {
  console.error(error)
  if (told.problems > 10) return
  told.problems++
}

await consumer.run({
  eachMessage: async ({ message }) => {
    try {
      await remove(message.key)
    } catch (error) {
      note(error)
      throw error
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
