import { Kafka } from 'kafkajs'

const kafka = new Kafka({ brokers: ['localhost:9092'] })
const orders = kafka.consumer({ groupId: 'orders' })
const carts = kafka.consumer({ groupId: 'carts' })
await orders.run({ eachMessage: async ({ message }) => console.log(message.key) })
//           ^^^ no-graceful-stop: Nothing here disconnects this consumer, so each deployment repeats records and lets the group wait for the session timeout. Disconnect it on SIGTERM and SIGINT.
await carts.run({ eachMessage: async ({ message }) => console.log(message.key) })
//          ^^^ no-graceful-stop: Nothing here disconnects this consumer, so each deployment repeats records and lets the group wait for the session timeout. Disconnect it on SIGTERM and SIGINT.
