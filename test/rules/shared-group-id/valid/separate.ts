// @docs
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ brokers: ['localhost:9092'] })
const orders = kafka.consumer({ groupId: 'shop-orders' })
const refunds = kafka.consumer({ groupId: 'shop-refunds' })

await orders.subscribe({ topic: 'orders', fromBeginning: true })
await refunds.subscribe({ topic: 'refunds', fromBeginning: true })
await orders.run({ eachMessage: async ({ message }) => console.log('order', message.key) })
await refunds.run({ eachMessage: async ({ message }) => console.log('refund', message.key) })

// Two instances of one pipeline share its group: that is what groups are for.
const one = kafka.consumer({ groupId: 'mail' })
const two = kafka.consumer({ groupId: 'mail' })
await one.subscribe({ topic: 'mail', fromBeginning: true })
await two.subscribe({ topic: 'mail', fromBeginning: true })
await one.run({ eachMessage: async ({ message }) => console.log(message.key) })
await two.run({ eachMessage: async ({ message }) => console.log(message.key) })

process.once('SIGTERM', () => void Promise.all([orders, refunds, one, two].map(consumer => consumer.disconnect())))
