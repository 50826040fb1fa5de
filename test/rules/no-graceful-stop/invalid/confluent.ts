import { KafkaJS } from '@confluentinc/kafka-javascript'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders' } })

await consumer.connect()
await consumer.subscribe({ topic: 'orders' })
await consumer.run({ eachMessage: async ({ message }) => console.log(message.key) })
//             ^^^ no-graceful-stop: Nothing here disconnects this consumer, so each deployment repeats records and lets the group wait for the session timeout. Disconnect it on SIGTERM and SIGINT.
