import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })

/** Its only caller leaves it at that. */
async function read(topic: string, fromBeginning = false): Promise<void> {
  const consumer = kafka.consumer({ groupId: 'orders' })
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({ eachMessage: async ({ message }) => console.log(message.key) })
  process.once('SIGTERM', () => void consumer.disconnect())
}
await read('orders')

interface Options {
  readonly topic: string
  readonly fromBeginning?: boolean
}

/** Its callers are seen to say nothing. */
async function follow({ topic, fromBeginning = false }: Options): Promise<void> {
  const consumer = kafka.consumer({ groupId: 'followers' })
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({ eachMessage: async ({ message }) => console.log(message.key) })
  process.once('SIGTERM', () => void consumer.disconnect())
}
await follow({ topic: 'orders' })

async function watch(options: Options): Promise<void> {
  const consumer = kafka.consumer({ groupId: 'watchers' })
  await consumer.subscribe({ topic: options.topic, fromBeginning: true })
  await consumer.run({ eachMessage: async ({ message }) => console.log(message.key) })
  process.once('SIGTERM', () => void consumer.disconnect())
}
await watch({ topic: 'orders' })
