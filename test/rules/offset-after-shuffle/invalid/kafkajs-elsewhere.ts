import { Kafka } from 'kafkajs'
import _ from 'lodash'
import type { Pool } from 'pg'
import { byCustomer, finish, save } from './_grouping.ts'

declare const pool: Pool
const kafka = new Kafka({ clientId: 'totals', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'totals' })

await consumer.run({
  eachBatch: async ({ batch, resolveOffset, isRunning, isStale }) => {
    const groups = byCustomer(batch.messages)
    for (const customer of Object.keys(groups)) {
      if (!isRunning() || isStale()) return
      const orders = groups[customer]!
      for (const order of orders) {
        await save(pool, customer, [order])
        resolveOffset(order.offset)
//                    ^^^^^^^^^^^^ offset-after-shuffle: 'order.offset' belongs to one group, regrouped by 'customer': records of other groups with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all groups are done.
      }
    }
  },
})

await consumer.run({
  eachBatch: async ({ batch, resolveOffset, commitOffsetsIfNecessary }) => {
    const groups = _.groupBy(batch.messages, message => message.headers!.tenant)
//                   ^^^^^^^ related: regrouped here
    for (const [tenant, orders] of Object.entries(groups)) {
      await save(pool, tenant, orders)
      resolveOffset(String(Math.max(...orders.map(order => Number(order.offset)))))
//                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ offset-after-shuffle: 'String(Math.max(...orders.map(order => Number(order.offset)…' belongs to one group, regrouped by 'message.headers!.tenant': records of other groups with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all groups are done.
      await commitOffsetsIfNecessary()
    }
  },
})

await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    const groups = Map.groupBy(batch.messages, message => String(message.key))
//                     ^^^^^^^ related: regrouped here
    for (const orders of groups.values()) {
      await save(pool, String(orders[0]!.key), orders)
      await finish(consumer, batch, orders.at(-1)!.offset)
//          ^^^^^^ related: committed in here
//                                  ^^^^^^^^^^^^^^^^^^^^^ offset-after-shuffle: 'orders.at(-1)!.offset' belongs to one group, regrouped by 'String(message.key)': records of other groups with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all groups are done.
    }
  },
})

await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    const orders = batch.messages.map(message => ({ ...JSON.parse(String(message.value)), offset: message.offset }))
    for (const [customer, own] of Object.entries(_.groupBy(orders, 'customer'))) {
//                                                 ^^^^^^^ related: regrouped here
      for (const attempt of [1, 2]) if (await tried(customer, attempt)) break
      const { offset } = own.pop()!
      await consumer.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset: `${Number(offset) + 1}` }])
//                                                                                            ^^^^^^^^^^^^^^^^^^^^^^^ offset-after-shuffle: '`${Number(offset) + 1}`' belongs to one group, regrouped by 'customer': records of other groups with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all groups are done.
    }
  },
})

await consumer.run({
  eachBatch: async ({ batch, resolveOffset }) => {
    const orders = batch.messages.map(message => ({ customer: String(message.key), offset: message.offset }))
    const groups = Map.groupBy(orders, order => order.customer)
//                     ^^^^^^^ related: regrouped here
    groups.forEach(async (own, customer) => {
//         ^^^^^^^ related: committed in here
      await save(pool, customer, batch.messages)
      resolveOffset(_.last(own)!.offset)
//                  ^^^^^^^^^^^^^^^^^^^ offset-after-shuffle: '_.last(own)!.offset' belongs to one group, regrouped by 'order.customer': records of other groups with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all groups are done.
    })
  },
})

async function tried(customer: string, attempt: number): Promise<boolean> {
  await save(pool, `${customer}/${attempt}`, [])
  return true
}

process.once('SIGTERM', () => void consumer.disconnect())
