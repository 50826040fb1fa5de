import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const remove = (key: unknown) => pool.query('DELETE FROM carts WHERE id = $1', [String(key)])

/** Ends well in any case. */
const removed = (key: unknown): Promise<void> =>
  new Promise(resolve => {
    remove(key)
      .then(() => resolve())
      .catch(error => {
        console.error(error)
        resolve()
      })
  })

async function quiet(key: unknown): Promise<void> {
  try {
    await remove(key)
  } catch (error) {
    console.error(error)
    throw error
  }
}

await consumer.run({
  eachMessage: async ({ message }) => {
    await removed(message.key)
    await quiet(message.key)
  },
})
