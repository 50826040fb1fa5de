// @docs
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })

const shutDown = async () => {
  await consumer.stop()
//      ^^^^^^^^^^^^^ stop-awaited-in-handler: 'consumer.stop' waits for the running handlers, so awaiting it inside one never ends. Stop from outside the handler: setImmediate(() => …), or a flag that the caller looks at.
}

await consumer.run({
  eachMessage: async ({ message }) => {
    if (message.value === null) await consumer.disconnect()
//                                    ^^^^^^^^^^^^^^^^^^^ stop-awaited-in-handler: 'consumer.disconnect' waits for the running handlers, so awaiting it inside one never ends. Stop from outside the handler: setImmediate(() => …), or a flag that the caller looks at.
    if (message.key === null) await shutDown()
//                                  ^^^^^^^^ related: called from here
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
