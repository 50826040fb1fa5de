import { type Consumer, Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'shop', brokers: ['localhost:9092'] })
const pool = new Pool()

interface Registered {
  topic: string
  on: (order: { id: string }) => Promise<void>
}

/** One consumer, and for each topic its own function. */
export function createBus(groupId: string) {
  const consumer: Consumer = kafka.consumer({ groupId })
  const subscribe = async (all: Registered[]): Promise<void> => {
    await consumer.subscribe({ topics: all.map(({ topic }) => topic), fromBeginning: true })
    await consumer.run({
      eachMessage: async ({ topic, message }) => {
        const found = all.find(one => one.topic === topic)
        if (found) await found.on(JSON.parse(String(message.value)))
      },
    })
    process.once('SIGTERM', () => void consumer.disconnect())
  }
  return { subscribe }
}

const bus = createBus('shop')
await bus.subscribe([
  {
    topic: 'orders.paid',
    on: async ({ id }) => {
      await pool.query('UPDATE orders SET paid = true WHERE id = $1', [id])
    },
  },
  {
    topic: 'orders.sent',
    on: async ({ id }) => {
      await pool.query('UPDATE orders SET sent = true WHERE id = $1', [id])
    },
  },
])
