import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer()

interface Placed {
  readonly key: string
  readonly value: unknown
}

/** What stands beside the key is not in it. */
function encode(placed: Placed) {
  const { key, value } = placed
  return { key: Buffer.from(key), value: JSON.stringify(value) }
}

async function publish({ key, value }: Placed): Promise<void> {
  await producer.send({ topic: 'placed', messages: [{ key, value: JSON.stringify(value) }] })
}

await consumer.run({
  eachMessage: async ({ message }) => {
    const placed = encode({ key: String(message.key), value: { at: Date.now(), order: String(message.value) } })
    await producer.send({ topic: 'placed', messages: [placed] })
    await publish({ key: 'orders', value: { at: Date.now() } })
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
