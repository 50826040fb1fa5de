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
