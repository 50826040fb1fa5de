// @docs
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })

import { randomUUID } from 'node:crypto'

const producer = kafka.producer()
const nextId = () => `${Date.now()}-${Math.random()}`
//                      ^^^^^^^^^^ nondeterministic-key: 'Date.now()' gives another value each time, and becomes 'key' of 'producer.send', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.

await consumer.run({
  eachMessage: async ({ message }) => {
    const payment = { id: randomUUID(), cents: Number(message.value) }
//                        ^^^^^^^^^^^^ nondeterministic-key: 'randomUUID()' gives another value each time, and becomes 'id' of 'producer.send', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
    await producer.send({ topic: 'payments', messages: [{ key: nextId(), value: JSON.stringify(payment) }] })
//        ^^^^^^^^^^^^^ related: used here
//        ^^^^^^^^^^^^^ related: used here
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
