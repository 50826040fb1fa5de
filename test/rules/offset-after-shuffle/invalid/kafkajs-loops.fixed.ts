import { Kafka } from 'kafkajs'
import type { Pool } from 'pg'

declare const pool: Pool
const kafka = new Kafka({ clientId: 'totals', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'totals' })

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const byCustomer = Map.groupBy(batch.messages, message => String(message.key))
    for (const [customer, orders] of byCustomer) {
      await pool.query('insert into totals values ($1, $2) on conflict do nothing', [customer, orders.length])
      await heartbeat()
    }
    resolveOffset(batch.lastOffset())
  },
})

await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch, batch: { topic, partition, messages }, ...payload }) => {
    for (const [customer, orders] of Map.groupBy(messages, message => String(message.key))) {
      await pool.query('insert into totals values ($1, $2) on conflict do nothing', [customer, orders.length])
      const offset = (BigInt(orders.at(-1)!.offset) + 1n).toString()
      await payload.heartbeat()
    }
    await consumer.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset: (BigInt(batch.lastOffset()) + 1n).toString() }])
  },
})

await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    const groups = Map.groupBy(batch.messages, message => String(message.key))
    for (const [customer, orders] of groups) {
      if (orders.length === 0) continue
      await pool.query('insert into totals values ($1, $2) on conflict do nothing', [customer, orders.length])
      const offset = (BigInt(orders.at(-1)!.offset) + 1n).toString()
      await consumer.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset }])
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
