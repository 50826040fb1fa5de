import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const remove = (key: Buffer | null) => pool.query('DELETE FROM carts WHERE id = $1', [String(key)])

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message, heartbeat }) => {
    const removed = remove(message.key)
    await heartbeat()
    await removed
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
  },
})

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const pending: Promise<unknown>[] = []
    pending.push(remove(message.key))
    const last = remove(message.key)
    await Promise.all([...pending, last])
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
  },
})

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const removed = remove(message.key)
    const committed = removed.then(() =>
      consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }]),
    )
    await committed
    await removed
  },
})

/** So many at once: each is waited for before its own offset is resolved. */
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const running: { removed: Promise<unknown>; offset: string }[] = []
    for (const message of batch.messages) {
      running.push({ removed: remove(message.key), offset: message.offset })
      const first = running.length > 10 ? running.shift() : undefined
      if (first) {
        await first.removed
        resolveOffset(first.offset)
      }
      await heartbeat()
    }
    for (const { removed, offset } of running) {
      await removed
      resolveOffset(offset)
    }
  },
})

/** What is awaited was awaited before. */
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const removed = (await remove(message.key)) ?? undefined
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
    await removed
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
