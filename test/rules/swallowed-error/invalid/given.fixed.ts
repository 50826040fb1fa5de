import { Kafka, type KafkaMessage } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

async function consume(work: (message: KafkaMessage) => Promise<void>, onError?: (error: unknown) => void): Promise<void> {
  await consumer.run({
    eachMessage: async ({ message }) => {
      try {
        await work(message)
      } catch (error) {
        if (onError) onError(error)
        throw error
      }
    },
  })
}

await consume(
  async message => {
    await pool.query('DELETE FROM carts WHERE id = $1', [message.key])
  },
  error => console.error(error),
)

process.once('SIGTERM', () => void consumer.disconnect())
