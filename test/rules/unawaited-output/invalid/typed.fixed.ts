import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const pool = new Pool()

interface Handlers {
  [topic: string]: (value: Buffer | null) => Promise<void>
}

export class Orders {
  readonly consumer = kafka.consumer({ groupId: 'orders' })
  readonly byTopic: Record<string, (value: Buffer | null) => Promise<void>>

  constructor(byTopic: Record<string, (value: Buffer | null) => Promise<void>>) {
    this.byTopic = byTopic
  }

  async start(handlers: Handlers): Promise<void> {
    await this.consumer.run({
      eachMessage: async ({ topic, message }) => {
        await handlers[topic]?.(message.value)
        await this.byTopic[topic]?.(message.value)
        console.log(topic)
      },
    })
  }

  readonly added: ((value: Buffer | null) => Promise<void>)[] = []

  async all(): Promise<void> {
    await this.consumer.run({
      eachMessage: async ({ message }) => {
        this.added.forEach(handler => {
          handler(message.value)
        })
      },
    })
  }

  async again(): Promise<void> {
    await this.consumer.run({ eachMessage: async ({ message }) => retry(message.key) })
  }

  stop(): Promise<void> {
    return this.consumer.disconnect()
  }
}

async function retry(key: Buffer | null, attempt = 1): Promise<void> {
  const { rowCount } = await pool.query('DELETE FROM carts WHERE id = $1', [String(key)])
  if (rowCount === 0 && attempt < 3) setTimeout(() => retry(key, attempt + 1), 1_000)
}
