import { Kafka } from 'kafkajs'

// Tests are not deployed.
const kafka = new Kafka({ brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
await consumer.connect()
await consumer.run({ eachMessage: async ({ message }) => console.log(message.key) })
