import { Kafka, type KafkaMessage } from 'kafkajs'
import _ from 'lodash'
import type { Pool } from 'pg'

declare const pool: Pool
const kafka = new Kafka({ clientId: 'totals', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'totals' })

async function save(customer: string, count: number): Promise<void> {
  await pool.query('insert into totals values ($1, $2) on conflict do nothing', [customer, count])
}

/** Grouped by `reduce`. */
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset }) => {
    const byCustomer = batch.messages.reduce<Record<string, KafkaMessage[]>>((groups, message) => {
      const customer = String(message.key)
      groups[customer] ??= []
      groups[customer].push(message)
      return groups
    }, {})
    for (const [customer, orders] of Object.entries(byCustomer)) {
      await save(customer, orders.length)
      resolveOffset(orders[orders.length - 1]!.offset)
    }
    const inMap = batch.messages.reduce(
      (groups, message) => groups.set(String(message.key), [...(groups.get(String(message.key)) ?? []), message]),
      new Map<string, KafkaMessage[]>(),
    )
    for (const [customer, orders] of inMap) {
      await save(customer, orders.length)
    }
    resolveOffset(batch.lastOffset())
  },
})

/** The highest position of a group. */
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch: { topic, partition, messages }, batch }) => {
    for (const [customer, orders] of Map.groupBy(messages, message => String(message.key))) {
      await save(customer, orders.length)
      const last = orders.reduce((one, two) => (BigInt(two.offset) > BigInt(one.offset) ? two : one))
    }
    await consumer.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset: (BigInt(batch.lastOffset()) + 1n).toString() }])
  },
})
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch: { topic, partition, messages }, batch }) => {
    for (const orders of Object.values(_.groupBy(messages, 'key'))) {
      await save(String(orders[0]!.key), orders.length)
      const last = _.maxBy(orders, order => Number(order.offset))
    }
    await consumer.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset: (BigInt(batch.lastOffset()) + 1n).toString() }])
  },
})

/** In another order than the log's. */
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const sorted = [...batch.messages].sort((one, two) => String(one.key).localeCompare(String(two.key)))
    for (const message of sorted) {
      await save(String(message.key), 1)
      await heartbeat()
    }
    resolveOffset(batch.lastOffset())
  },
})
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const messages = [...batch.messages]
    messages.sort((one, two) => priorityOf(two.value) - priorityOf(one.value))
    for (const message of messages) {
      await save(String(message.key), 1)
      resolveOffset(message.offset)
      await heartbeat()
    }
    for (const message of _.sortBy(batch.messages, ['key'])) {
      await save(String(message.key), 1)
      await heartbeat()
    }
    resolveOffset(batch.lastOffset())
  },
})

function priorityOf(value: Buffer | null): number {
  return Number(JSON.parse(String(value)).priority)
}

/** One after the other by what a loop goes through. */
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset }) => {
    for (const customer of new Set(batch.messages.map(message => String(message.key)))) {
      const orders = batch.messages.filter(message => String(message.key) === customer)
      await save(customer, orders.length)
    }
    resolveOffset(batch.lastOffset())
  },
})

/** The newest of each key stands where its oldest stood. */
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const newest = new Map<string, KafkaMessage>()
    for (const message of batch.messages) newest.set(String(message.key), message)
    for (const [customer, message] of newest) {
      await save(customer, 1)
      resolveOffset(message.offset)
      await heartbeat()
    }
    const pairs = new Map(batch.messages.map(message => [String(message.key), message]))
    for (const message of pairs.values()) {
      await save(String(message.key), 1)
      resolveOffset(message.offset)
      await heartbeat()
    }
    for (const message of Object.values(_.keyBy(batch.messages, message => String(message.key)))) {
      await save(String(message.key), 1)
      await heartbeat()
    }
    resolveOffset(batch.lastOffset())
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
