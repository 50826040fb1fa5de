import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })

/** The default of a parameter that every caller in sight replaces. */
async function read(topic: string, fromBeginning = false): Promise<void> {
  const consumer = kafka.consumer({ groupId: `${topic}-reader` })
  await consumer.subscribe({ topic, fromBeginning })
  await consumer.run({ eachMessage: async ({ message }) => console.log(message.key) })
  process.once('SIGTERM', () => void consumer.disconnect())
}
await read('orders', true)
await read('carts', true)

/** The default of a parameter whose callers are not in sight. */
export async function follow(topic: string, fromBeginning = false): Promise<void> {
  const consumer = kafka.consumer({ groupId: `${topic}-follower` })
  await consumer.subscribe({ topic, fromBeginning })
  await consumer.run({ eachMessage: async ({ message }) => console.log(message.key) })
  process.once('SIGTERM', () => void consumer.disconnect())
}

interface Options {
  readonly topic: string
  readonly fromBeginning?: boolean
}

/** Given by the caller, or out of sight in what the caller spreads. */
async function watch({ topic, fromBeginning = false }: Options): Promise<void> {
  const consumer = kafka.consumer({ groupId: `${topic}-watcher` })
  await consumer.subscribe({ topic, fromBeginning })
  await consumer.run({ eachMessage: async ({ message }) => console.log(message.key) })
  process.once('SIGTERM', () => void consumer.disconnect())
}
await watch({ topic: 'orders', fromBeginning: true })

async function tail(options: Options): Promise<void> {
  const consumer = kafka.consumer({ groupId: `${options.topic}-tail` })
  await consumer.subscribe({ topic: options.topic, fromBeginning: options.fromBeginning ?? false })
  await consumer.run({ eachMessage: async ({ message }) => console.log(message.key) })
  process.once('SIGTERM', () => void consumer.disconnect())
}
await tail({ topic: 'orders', ...JSON.parse(process.env.READER ?? '{}') })
