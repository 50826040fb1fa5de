// @docs kafkajs: a position taken from a group of records
import { Kafka, type KafkaMessage } from 'kafkajs'
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
  eachBatch: async ({ batch }) => {
    const { topic, partition } = batch
    const groups = new Map<string, KafkaMessage[]>()
    for (const message of batch.messages) {
      const { customer } = JSON.parse(message.value!.toString())
      const list = groups.get(customer) ?? []
      list.push(message)
      groups.set(customer, list)
    }
    await Promise.all(
      [...groups.entries()].map(async ([customer, list]) => {
        await pool.query('insert into totals values ($1, $2) on conflict do nothing', [customer, list.length])
        const last = list[list.length - 1]
        if (last) {
          const offset = (BigInt(last.offset) + 1n).toString()
          await consumer.commitOffsets([{ topic, partition, offset }])
        }
      }),
    )
  },
})

await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    const groups = Object.values(Object.groupBy(batch.messages, message => message.key!.toString()))
    await Promise.all(
      groups.map(async (group, index) => {
        await pool.query('insert into totals values ($1, $2) on conflict do nothing', [index, group!.length])
        await consumer.commitOffsets([{ topic: batch.topic, partition: index, offset: batch.lastOffset() }])
      }),
    )
  },
})

declare const ledger: { insert(value: unknown): Promise<void> }

await consumer.run({
  eachBatch: async ({ batch, resolveOffset }) => {
    const groups = new Map<string, KafkaMessage[]>()
    batch.messages.forEach(message => {
      const { customer } = JSON.parse(String(message.value))
      if (groups.has(customer)) groups.get(customer)!.push(message)
      else groups.set(customer, [message])
    })
    for (const list of groups.values()) {
      for (const message of list) await ledger.insert(message.value)
    }
    resolveOffset(batch.lastOffset())
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
