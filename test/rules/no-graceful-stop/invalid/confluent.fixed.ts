import { KafkaJS } from '@confluentinc/kafka-javascript'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders' } })

await consumer.connect()
await consumer.subscribe({ topic: 'orders' })
await consumer.run({ eachMessage: async ({ message }) => console.log(message.key) })
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void consumer.disconnect().finally(() => process.exit()))
