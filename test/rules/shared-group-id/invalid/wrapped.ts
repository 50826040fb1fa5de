import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'shop', brokers: ['localhost:9092'] })

async function consume(topic: string, groupId: string, on: (value: Buffer | null) => Promise<void>): Promise<void> {
  const consumer = kafka.consumer({ groupId })
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({ eachMessage: async ({ message }) => on(message.value) })
  process.once('SIGTERM', () => void consumer.disconnect())
}

await consume('orders', 'shop', async value => console.log('order', value))
//                      ^^^^^^ shared-group-id: Group 'shop' is also used by another pipeline, so Kafka splits the partitions between them and each sees only part of the records. Give each its own group.
//                      ^^^^^^ related: also group 'shop', topics orders
await consume('carts', 'shop', async value => console.log('cart', value))
//                     ^^^^^^ related: also group 'shop', topics carts
//                     ^^^^^^ shared-group-id: Group 'shop' is also used by another pipeline, so Kafka splits the partitions between them and each sees only part of the records. Give each its own group.
await consume('mails', 'mails', async value => console.log('mail', value))
