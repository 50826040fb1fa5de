import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const upsert = (value: unknown): Promise<unknown> =>
  pool.query('INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING', [value])

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message, heartbeat }) => {
    const next = [{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }]
    // Beats, and logs where it takes long.
    const beats = setInterval(() => heartbeat(), 1_000)
    const slow = setTimeout(() => console.warn('slow', message.offset), 30_000)
    try {
      await upsert(message.value)
    } finally {
      clearInterval(beats)
      clearTimeout(slow)
    }
    await consumer.commitOffsets(next)
  },
})

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    // What the timer runs, it commits.
    setTimeout(async () => {
      await upsert(message.value)
      await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
    }, 100)
  },
})

const waiting = new Map<string, string>()
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    waiting.set(message.offset, String(message.value))
    setTimeout(() => void upsert(message.value).then(() => waiting.delete(message.offset)), 100)
    // Everything before what is still waited for.
    const [oldest] = waiting.keys()
    if (oldest !== undefined) await consumer.commitOffsets([{ topic, partition, offset: oldest }])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
