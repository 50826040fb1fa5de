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
//                         ^^^^^^^ related: regrouped here
    for (const [customer, orders] of byCustomer) {
      await pool.query('insert into totals values ($1, $2) on conflict do nothing', [customer, orders.length])
      resolveOffset(orders.at(-1)!.offset)
//                  ^^^^^^^^^^^^^^^^^^^^^ offset-after-shuffle: 'orders.at(-1)!.offset' belongs to one group, regrouped by 'String(message.key)': records of other groups with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all groups are done.
      await heartbeat()
    }
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
//         ^^^^ related: regrouped here
      groups.set(customer, list)
    }
    await Promise.all(
      [...groups.entries()].map(async ([customer, list]) => {
//                          ^^^ related: committed in here
        await pool.query('insert into totals values ($1, $2) on conflict do nothing', [customer, list.length])
        const last = list[list.length - 1]
        if (last) {
          const offset = (BigInt(last.offset) + 1n).toString()
          await consumer.commitOffsets([{ topic, partition, offset }])
//                                                          ^^^^^^ offset-after-shuffle: 'offset' belongs to one group, regrouped by 'customer': records of other groups with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all groups are done.
        }
      }),
    )
  },
})

await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    const groups = Object.values(Object.groupBy(batch.messages, message => message.key!.toString()))
//                                      ^^^^^^^ related: regrouped here
    await Promise.all(
      groups.map(async (group, index) => {
//           ^^^ related: committed in here
        await pool.query('insert into totals values ($1, $2) on conflict do nothing', [index, group!.length])
        await consumer.commitOffsets([{ topic: batch.topic, partition: index, offset: batch.lastOffset() }])
//                                                                     ^^^^^ offset-after-shuffle: 'index' numbers a group, not a Kafka partition: the records were regrouped by 'message.key!.toString()', so the offset is committed for other records. Commit once, with the last offset of the batch, after all groups are done.
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
//                                                    ^^^^ related: regrouped here
      else groups.set(customer, [message])
    })
    for (const list of groups.values()) {
      for (const message of list) await ledger.insert(message.value)
      resolveOffset(list.at(-1)!.offset)
//                  ^^^^^^^^^^^^^^^^^^^ offset-after-shuffle: 'list.at(-1)!.offset' belongs to one group, regrouped by 'customer': records of other groups with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all groups are done.
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
