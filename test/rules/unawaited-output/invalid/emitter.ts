import { EventEmitter } from 'node:events'
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const events = new EventEmitter()

await consumer.run({
  eachMessage: async ({ message }) => {
    console.log('received', message.offset)
    events.emit('order', message.value)
//  ^^^^^^^^^^^ unawaited-output: 'events.emit' is all this handler does, and nobody waits for it: if it is asynchronous, the offset is committed before it has run. Await it, or return its promise.
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
