import { Kafka } from 'kafkajs'

const kafka = new Kafka({ brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders', sessionTimeout: 10_000, heartbeatInterval: 5_000 })
//                                                                                              ^^^^^ heartbeat-missing-in-long-batch: The heartbeat interval must be under a third of the session timeout, or one lost heartbeat ends the session. Lower it, or raise the session timeout.
await consumer.run({ eachMessage: async ({ message }) => console.log(message.key) })
process.once('SIGTERM', () => void consumer.disconnect())
