// @docs
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ brokers: ['localhost:9092'] })
const orders = kafka.consumer({ groupId: 'shop' })
//                                       ^^^^^^ shared-group-id: Group 'shop' is also used by another pipeline, so Kafka splits the partitions between them and each sees only part of the records. Give each its own group.
//                                       ^^^^^^ related: also group 'shop', topics orders
const refunds = kafka.consumer({ groupId: 'shop' })
//                                        ^^^^^^ related: also group 'shop', topics refunds
//                                        ^^^^^^ shared-group-id: Group 'shop' is also used by another pipeline, so Kafka splits the partitions between them and each sees only part of the records. Give each its own group.

await orders.subscribe({ topic: 'orders', fromBeginning: true })
await refunds.subscribe({ topic: 'refunds', fromBeginning: true })
await orders.run({ eachMessage: async ({ message }) => console.log('order', message.key) })
await refunds.run({ eachMessage: async ({ message }) => console.log('refund', message.key) })

process.once('SIGTERM', () => void Promise.all([orders.disconnect(), refunds.disconnect()]))
