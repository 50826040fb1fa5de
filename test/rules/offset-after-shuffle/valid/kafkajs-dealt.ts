import { Kafka, type KafkaMessage } from 'kafkajs'
import _ from 'lodash'
import type { Pool } from 'pg'

declare const pool: Pool
const kafka = new Kafka({ clientId: 'totals', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'totals' })

async function save(customer: string, count: number): Promise<void> {
  await pool.query('insert into totals values ($1, $2) on conflict do nothing', [customer, count])
}

// Grouped by `reduce`, one position after all groups.
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset }) => {
    const groups = batch.messages.reduce<Record<string, KafkaMessage[]>>((all, message) => {
      const customer = String(message.key)
      all[customer] ??= []
      all[customer].push(message)
      return all
    }, {})
    for (const [customer, orders] of Object.entries(groups)) await save(customer, orders.length)
    resolveOffset(batch.messages[batch.messages.length - 1]!.offset)
  },
})

// The lowest of a group: everything below it is done, or in a later commit.
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset }) => {
    for (const [customer, orders] of Map.groupBy(batch.messages, message => String(message.key))) {
      const first = orders.reduce((one, two) => (BigInt(two.offset) < BigInt(one.offset) ? two : one))
      resolveOffset(first.offset)
      await save(customer, orders.length)
    }
  },
})

// In the order of the log, or of its time.
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const messages = [...batch.messages]
    messages.sort((one, two) => Number(BigInt(one.offset) - BigInt(two.offset)))
    for (const message of messages) {
      await save(String(message.key), 1)
      resolveOffset(message.offset)
      await heartbeat()
    }
    for (const message of _.sortBy(batch.messages, 'offset')) {
      await save(String(message.key), 1)
      resolveOffset(message.offset)
      await heartbeat()
    }
  },
})

// Sorted, but committed once.
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch, heartbeat }) => {
    for (const message of _.orderBy(batch.messages, 'key')) {
      await save(String(message.key), 1)
      await heartbeat()
    }
    const { topic, partition } = batch
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(batch.lastOffset()) + 1n).toString() }])
  },
})

// What is kept by key is only looked at; the records themselves go by in the order of the log.
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const newest = new Map(batch.messages.map(message => [String(message.key), message]))
    const counts = new Map<string, number>()
    for (const message of batch.messages) counts.set(String(message.key), (counts.get(String(message.key)) ?? 0) + 1)
    for (const message of batch.messages) {
      if (newest.get(String(message.key)) === message) await save(String(message.key), counts.get(String(message.key)) ?? 0)
      resolveOffset(message.offset)
      await heartbeat()
    }
  },
})

// Only some of them, in the order of the log; the others are done by being left out.
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const wanted = 'paid'
    for (const message of batch.messages.filter(one => String(one.key) === wanted)) {
      await save(String(message.key), 1)
      resolveOffset(message.offset)
      await heartbeat()
    }
    for (const message of _.uniqBy(batch.messages, one => String(one.key))) {
      await save(String(message.key), 1)
      resolveOffset(message.offset)
      await heartbeat()
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
