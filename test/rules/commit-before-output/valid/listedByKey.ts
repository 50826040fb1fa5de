import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const pool = new Pool()

const remove = (ids: readonly string[]) => pool.query('DELETE FROM carts WHERE id = ANY($1)', [ids])
const consumer = kafka.consumer({ groupId: 'orders' })

/** A list for each partition, and the commit of that partition. */
const byPartition = new Map<number, string[]>()
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const ids = byPartition.get(partition) ?? []
    ids.push(String(message.key))
    byPartition.set(partition, ids)
    if (ids.length < 100) return
    await remove(ids)
    byPartition.delete(partition)
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
  },
})

/** All lists are written out before the commit. */
const byOwner = new Map<string, string[]>()
let count = 0
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const owner = String(message.value)
    if (!byOwner.has(owner)) byOwner.set(owner, [])
    byOwner.get(owner)?.push(String(message.key))
    if (++count < 100) return
    for (const ids of byOwner.values()) await remove(ids)
    byOwner.clear()
    count = 0
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
  },
})

/** Nothing is left to wait: every record is written out at once, with what was left of its owner. */
const failed = new Map<string, string[]>()
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const owner = String(message.value)
    const ids = failed.get(owner) ?? []
    ids.push(String(message.key))
    failed.set(owner, ids)
    await remove(ids)
    failed.delete(owner)
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
