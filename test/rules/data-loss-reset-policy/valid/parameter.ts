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
