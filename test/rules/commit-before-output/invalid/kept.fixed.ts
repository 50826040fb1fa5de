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
    const all: Promise<unknown>[] = []
    all.push(remove(message.key))
    await Promise.all(all)
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
  },
})

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const removed = remove(message.key).then(() => console.log('removed'))
    const offset = (BigInt(message.offset) + 1n).toString()
    await Promise.all([removed, consumer.commitOffsets([{ topic, partition, offset }])])
  },
})

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const all = batch.messages.map(message => remove(message.key))
    await Promise.all(all)
    resolveOffset(batch.lastOffset())
    await heartbeat()
  },
})

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const all: Promise<unknown>[] = []
    for (const message of batch.messages) {
      all.push(remove(message.key))
      resolveOffset(message.offset)
    }
    for (const one of all) await one
    await heartbeat()
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
