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
        handlers[topic]?.(message.value)
//      ^^^^^^^^^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'handlers[topic]'. Await it, or return it.
        this.byTopic[topic]?.(message.value)
//      ^^^^^^^^^^^^^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'this.byTopic[topic]'. Await it, or return it.
        console.log(topic)
      },
    })
  }

  readonly added: ((value: Buffer | null) => Promise<void>)[] = []

  async all(): Promise<void> {
    await this.consumer.run({
      eachMessage: async ({ message }) => {
        this.added.forEach(handler => {
//                 ^^^^^^^ related: called from here
          handler(message.value)
//        ^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'handler'. Await it, or return it.
        })
      },
    })
  }

  async again(): Promise<void> {
    await this.consumer.run({ eachMessage: async ({ message }) => retry(message.key) })
//                                                                ^^^^^ related: called from here
  }

  stop(): Promise<void> {
    return this.consumer.disconnect()
  }
}

async function retry(key: Buffer | null, attempt = 1): Promise<void> {
  const { rowCount } = await pool.query('DELETE FROM carts WHERE id = $1', [String(key)])
  if (rowCount === 0 && attempt < 3) setTimeout(() => retry(key, attempt + 1), 1_000)
//                                   ^^^^^^^^^^ unawaited-output: The work runs later, from a timer, so the offset is committed whatever becomes of 'retry'. Await the work in the handler.
//                                   ^^^^^^^^^^ related: called from here
//                                                    ^^^^^ related: the output
}
