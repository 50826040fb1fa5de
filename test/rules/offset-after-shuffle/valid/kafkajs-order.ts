import { type EachBatchPayload, Kafka, type KafkaMessage } from 'kafkajs'
import _ from 'lodash'
import type { Pool } from 'pg'
import { LowWater, nextOf } from './_lowWater.ts'

declare const pool: Pool
const kafka = new Kafka({ clientId: 'totals', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'totals' })

async function save(customer: string, count: number): Promise<void> {
  await pool.query('insert into totals values ($1, $2) on conflict do nothing', [customer, count])
}

async function commit(batch: EachBatchPayload['batch'], offset: string): Promise<void> {
  await consumer.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset: nextOf(offset) }])
}

// All groups together, then one commit of the batch's end.
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    const groups = _.groupBy(batch.messages, message => String(message.key))
    await Promise.all(Object.entries(groups).map(([customer, orders]) => save(customer, orders.length)))
    await commit(batch, batch.lastOffset())
  },
})

// The last record of the batch, not of a group.
await consumer.run({
  eachBatch: async ({ batch, resolveOffset }) => {
    const groups = Map.groupBy(batch.messages, message => String(message.key))
    for (const [customer, orders] of groups) await save(customer, orders.length)
    for (const message of batch.messages) resolveOffset(message.offset)
  },
})

// Positions of the groups, but only when every group is done.
await consumer.run({
  eachBatch: async ({ batch, resolveOffset }) => {
    const groups = Map.groupBy(batch.messages, message => String(message.key))
    for (const [customer, orders] of groups) await save(customer, orders.length)
    for (const orders of groups.values()) resolveOffset(orders.at(-1)!.offset)
  },
})

// The highest position, found while groups are worked on, committed after them.
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    let highest = 0n
    for (const [customer, orders] of Map.groupBy(batch.messages, message => String(message.key))) {
      await save(customer, orders.length)
      const last = BigInt(orders.at(-1)!.offset)
      if (last > highest) highest = last
    }
    await commit(batch, String(highest))
  },
})

// Groups come in the order of their first records: everything below the first record of this one is done or in a later commit.
await consumer.run({
  eachBatch: async ({ batch, resolveOffset }) => {
    for (const [customer, orders] of Map.groupBy(batch.messages, message => String(message.key))) {
      resolveOffset(orders[0]!.offset)
      await save(customer, orders.length)
    }
  },
})

// A low-water mark over the groups that are not done yet.
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    const groups = Map.groupBy(batch.messages, message => String(message.key))
    const mark = new LowWater([...groups.values()])
    for (const [customer, orders] of groups) {
      await save(customer, orders.length)
      mark.done(orders)
      await commit(batch, mark.lowest())
    }
  },
})

// The lowest of this group's end and what others have left.
await consumer.run({
  eachBatch: async ({ batch, resolveOffset }) => {
    const open = batch.messages.map(message => Number(message.offset))
    for (const [customer, orders] of Map.groupBy(batch.messages, message => String(message.key))) {
      await save(customer, orders.length)
      for (const order of orders) open.splice(open.indexOf(Number(order.offset)), 1)
      resolveOffset(String(Math.min(Number(orders.at(-1)!.offset), ...open.map(offset => offset - 1))))
    }
  },
})

// The last group's commit comes after all others.
await consumer.run({
  eachBatch: async ({ batch, resolveOffset }) => {
    const groups = [...Map.groupBy(batch.messages, message => String(message.key)).values()]
    for (const [index, orders] of groups.entries()) {
      await save(String(orders[0]!.key), orders.length)
      if (index === groups.length - 1) resolveOffset(orders.at(-1)!.offset)
    }
    for (const [index, orders] of groups.entries()) {
      await save(String(orders[0]!.key), orders.length)
      if (index < groups.length - 1) continue
      resolveOffset(orders.at(-1)!.offset)
    }
    for (const [index, orders] of groups.entries()) {
      await save(String(orders[0]!.key), orders.length)
      if (index === groups.length - 1) {
        resolveOffset(orders.at(-1)!.offset)
        break
      }
    }
    await Promise.all(
      groups.map(async (orders, index) => {
        await save(String(orders[0]!.key), orders.length)
        if (index < groups.length - 1) return
        resolveOffset(orders.at(-1)!.offset)
      }),
    )
  },
})

// Dealt by where records stand in the log: by partition, by topic and partition, in chunks.
interface Collected {
  readonly topic: string
  readonly partition: number
  readonly message: KafkaMessage
}

await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    const collected: Collected[] = batch.messages.map(message => ({ topic: batch.topic, partition: batch.partition, message }))
    for (const [partition, records] of Map.groupBy(collected, record => record.partition)) {
      await save(String(partition), records.length)
      await consumer.commitOffsets([{ topic: batch.topic, partition, offset: nextOf(records.at(-1)!.message.offset) }])
    }
    for (const records of Object.values(Object.groupBy(collected, ({ topic, partition }) => `${topic}-${partition}`))) {
      await save(batch.topic, records!.length)
      await commit(batch, records!.at(-1)!.message.offset)
    }
    const lists = new Map<string, Collected[]>()
    for (const record of collected) {
      const key = placeOf(record)
      if (!lists.has(key)) lists.set(key, [])
      lists.get(key)!.push(record)
    }
    for (const records of lists.values()) {
      await save(batch.topic, records.length)
      await commit(batch, records.at(-1)!.message.offset)
    }
    for (const records of _.chunk(batch.messages, 100)) {
      await save(batch.topic, records.length)
      await commit(batch, records.at(-1)!.offset)
    }
  },
})

function placeOf(record: Collected): string {
  return [record.topic, record.partition].join()
}

// Sorted, not dealt; and groups that are only counted.
await consumer.run({
  eachBatch: async ({ batch, resolveOffset }) => {
    const counts = _.groupBy(batch.messages, message => String(message.key))
    const sorted = [...batch.messages].sort((one, two) => Number(BigInt(one.offset) - BigInt(two.offset)))
    for (const message of sorted) {
      await save(String(message.key), counts[String(message.key)]!.length)
      resolveOffset(message.offset)
    }
  },
})

// Chunks by number in a map of lists: in the order of the log.
await consumer.run({
  eachBatch: async ({ batch, resolveOffset }) => {
    const chunks = new Map<number, KafkaMessage[]>()
    for (const [nth, message] of batch.messages.entries()) {
      const number = Math.floor(nth / 100)
      chunks.set(number, [...(chunks.get(number) ?? []), message])
    }
    for (const [number, chunk] of chunks) {
      await save(String(number), chunk.length)
      resolveOffset(chunk.at(-1)!.offset)
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
