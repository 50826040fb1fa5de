import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const remove = (key: Buffer | null) => pool.query('DELETE FROM carts WHERE id = $1', [String(key)])

await consumer.run({
  eachMessage: async ({ message }) => {
    // What waits for the promise gets the error.
    await new Promise<void>((resolve, reject) => {
      const work = async (): Promise<void> => {
        try {
          await remove(message.key)
          resolve()
        } catch (error) {
          reject(error)
        }
      }
      void work()
    })
  },
})

/** Takes what there is, then ends; a failure is that of the promise around the consumer. */
export const drain = (): Promise<void> =>
  new Promise((resolve, reject) => {
    void consumer.run({
      eachMessage: async ({ message }) => {
        try {
          await remove(message.key)
          resolve()
        } catch (error) {
          reject(error)
        }
      },
    })
  })

await consumer.run({
  eachBatch: async ({ batch, heartbeat }) => {
    const results = await Promise.allSettled(batch.messages.map(message => remove(message.key)))
    if (results.some(result => result.status === 'rejected')) throw new Error('not all were removed')
    await heartbeat()
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
