import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })

/** Its only caller leaves it at that. */
async function read(topic: string, fromBeginning = false): Promise<void> {
  const consumer = kafka.consumer({ groupId: 'orders' })
  await consumer.subscribe({ topic, fromBeginning })
//                                  ^^^^^^^^^^^^^ data-loss-reset-policy: 'fromBeginning: false' starts at the end of the topic whenever no offset is stored: for a new group, and again after its offsets have expired. Records until then are skipped. Start at the beginning, or store the start explicitly.
  await consumer.run({ eachMessage: async ({ message }) => console.log(message.key) })
  process.once('SIGTERM', () => void consumer.disconnect())
}
await read('orders')
