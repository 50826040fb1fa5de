import { Kafka, type KafkaMessage } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

type OnError = (error: unknown, message: KafkaMessage) => Promise<void>

async function consume(work: (message: KafkaMessage) => Promise<void>, onError?: OnError): Promise<void> {
  await consumer.run({
    eachMessage: async ({ message }) => {
      try {
        await work(message)
      } catch (error) {
        console.error(error)
        if (onError) await onError(error, message)
      }
    },
  })
}

/** Tells whether it was kept; who cannot keep it can only say so. */
async function keep(error: unknown, message: KafkaMessage): Promise<boolean> {
  try {
    await pool.query('INSERT INTO dead_letters (id, error) VALUES ($1, $2) ON CONFLICT DO NOTHING', [message.key, String(error)])
    return true
  } catch {
    return false
  }
}

await consume(
  async message => {
    await pool.query('DELETE FROM carts WHERE id = $1', [message.key])
  },
  async (error, message) => {
    if (!(await keep(error, message))) console.error('dropped', message.offset)
  },
)

process.once('SIGTERM', () => void consumer.disconnect())
