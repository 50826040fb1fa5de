import { randomUUID } from 'node:crypto'
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer()

const send = (key: string, value: Buffer | null) =>
  producer.send({ topic: 'payments', messages: [{ key, value }] })
//^^^^^^^^^^^^^ related: used here
//^^^^^^^^^^^^^ related: used here
//^^^^^^^^^^^^^ related: used here
//^^^^^^^^^^^^^ related: used here
//^^^^^^^^^^^^^ related: used here
const sendNew = (value: Buffer | null, key: string = randomUUID()) =>
//                                                   ^^^^^^^^^^^^ nondeterministic-key: 'randomUUID()' gives another value each time, and becomes 'key' of 'producer.send', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
  producer.send({ topic: 'payments', messages: [{ key, value }] })
//^^^^^^^^^^^^^ related: used here

await consumer.run({
  eachMessage: async ({ message }) => {
    const order: { id?: string; number?: string } = JSON.parse(String(message.value))
    const id = order.id ?? randomUUID()
//                         ^^^^^^^^^^^^ nondeterministic-key: Where the record gives none, 'randomUUID()' gives another value each time, and becomes 'key' of 'producer.send', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
    await send(id, message.value)
    await send(order.number || `order-${Date.now()}`, message.value)
//                                      ^^^^^^^^^^ nondeterministic-key: Where the record gives none, 'Date.now()' gives another value each time, and becomes 'key' of 'producer.send', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
    await send(message.key ? String(message.key) : randomUUID(), message.value)
//                                                 ^^^^^^^^^^^^ nondeterministic-key: Where the record gives none, 'randomUUID()' gives another value each time, and becomes 'key' of 'producer.send', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
    const { number = randomUUID() } = order
//                   ^^^^^^^^^^^^ nondeterministic-key: Where the record gives none, 'randomUUID()' gives another value each time, and becomes 'key' of 'producer.send', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
    await send(number, message.value)
    let key = order.id
    if (!key) key = randomUUID()
//                  ^^^^^^^^^^^^ nondeterministic-key: Where the record gives none, 'randomUUID()' gives another value each time, and becomes 'key' of 'producer.send', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
    await send(key, message.value)
    // Called without: there is no other.
    await sendNew(message.value)
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
