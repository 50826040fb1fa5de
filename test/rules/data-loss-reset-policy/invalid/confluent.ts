import { KafkaJS } from '@confluentinc/kafka-javascript'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders', fromBeginning: false } })
//                                                                             ^^^^^ data-loss-reset-policy: 'fromBeginning: false' starts at the end of the topic whenever no offset is stored: for a new group, and again after its offsets have expired. Records until then are skipped. Start at the beginning, or store the start explicitly.

await consumer.run({ eachMessage: async ({ message }) => console.log(message.key) })

process.once('SIGTERM', () => void consumer.disconnect())
