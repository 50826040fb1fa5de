import { randomUUID } from 'node:crypto'
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer()

async function publish({ key, value }: { key: string; value: unknown }): Promise<void> {
  await producer.send({ topic: 'placed', messages: [{ key, value: JSON.stringify(value) }] })
//      ^^^^^^^^^^^^^ related: used here
//                                                    ^^^ nondeterministic-key: 'randomUUID()' gives another value each time, and becomes 'key' of 'producer.send', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
}

await consumer.run({
  eachMessage: async ({ message }) => {
    await publish({ key: randomUUID(), value: message.value })
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
