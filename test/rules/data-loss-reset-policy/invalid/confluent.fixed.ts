import { KafkaJS } from '@confluentinc/kafka-javascript'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders', fromBeginning: true } })

await consumer.run({ eachMessage: async ({ message }) => console.log(message.key) })

process.once('SIGTERM', () => void consumer.disconnect())
