import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

/** Where to begin is for the caller to say; what holds otherwise is the client's own default. */
export async function start(topic: string, options: { fromBeginning?: boolean }): Promise<void> {
  await consumer.subscribe({ topic, fromBeginning: options.fromBeginning ?? false })
  await consumer.run({
    eachMessage: async ({ message }) => {
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
    },
  })
}

process.once('SIGTERM', () => void consumer.disconnect())
