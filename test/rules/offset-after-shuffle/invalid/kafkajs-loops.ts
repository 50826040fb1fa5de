import { Kafka } from 'kafkajs'
import type { Pool } from 'pg'

declare const pool: Pool
const kafka = new Kafka({ clientId: 'totals', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'totals' })

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const byCustomer = Map.groupBy(batch.messages, message => String(message.key))
//                         ^^^^^^^ related: regrouped here
    for (const [customer, orders] of byCustomer) {
      await pool.query('insert into totals values ($1, $2) on conflict do nothing', [customer, orders.length])
      resolveOffset(orders.at(-1)!.offset) // done
//                  ^^^^^^^^^^^^^^^^^^^^^ offset-after-shuffle: 'orders.at(-1)!.offset' belongs to one group, regrouped by 'String(message.key)': records of other groups with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all groups are done.
      await heartbeat()
    }
  },
})

await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch: { topic, partition, messages }, ...payload }) => {
    for (const [customer, orders] of Map.groupBy(messages, message => String(message.key))) {
//                                       ^^^^^^^ related: regrouped here
      await pool.query('insert into totals values ($1, $2) on conflict do nothing', [customer, orders.length])
      const offset = (BigInt(orders.at(-1)!.offset) + 1n).toString()
      await consumer.commitOffsets([{ topic, partition, offset }])
//                                                      ^^^^^^ offset-after-shuffle: 'offset' belongs to one group, regrouped by 'String(message.key)': records of other groups with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all groups are done.
      await payload.heartbeat()
    }
  },
})

await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    const groups = Map.groupBy(batch.messages, message => String(message.key))
//                     ^^^^^^^ related: regrouped here
    for (const [customer, orders] of groups) {
      if (orders.length === 0) continue
      await pool.query('insert into totals values ($1, $2) on conflict do nothing', [customer, orders.length])
      const offset = (BigInt(orders.at(-1)!.offset) + 1n).toString()
      await consumer.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset }])
//                                                                                    ^^^^^^ offset-after-shuffle: 'offset' belongs to one group, regrouped by 'String(message.key)': records of other groups with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all groups are done.
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
