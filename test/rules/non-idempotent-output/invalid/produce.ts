import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })

const producer = kafka.producer()

await consumer.run({
  eachMessage: async ({ message }) => {
    await producer.send({ topic: 'enriched', messages: [{ key: message.key, value: message.value }] })
//        ^^^^^^^^^^^^^ non-idempotent-output: 'producer.send' runs again when the record is delivered again (produced outside a transaction), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
