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
//                     ^^^^ related: regrouped here
      return groups
    }, {})
    for (const [customer, orders] of Object.entries(byCustomer)) {
      await save(customer, orders.length)
      resolveOffset(orders[orders.length - 1]!.offset)
//                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ offset-after-shuffle: 'orders[orders.length - 1]!.offset' belongs to one group, regrouped by 'customer': records of other groups with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all groups are done.
    }
    const inMap = batch.messages.reduce(
      (groups, message) => groups.set(String(message.key), [...(groups.get(String(message.key)) ?? []), message]),
//                                ^^^ related: regrouped here
      new Map<string, KafkaMessage[]>(),
    )
    for (const [customer, orders] of inMap) {
      await save(customer, orders.length)
      resolveOffset(orders.at(-1)!.offset)
//                  ^^^^^^^^^^^^^^^^^^^^^ offset-after-shuffle: 'orders.at(-1)!.offset' belongs to one group, regrouped by 'String(message.key)': records of other groups with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all groups are done.
    }
  },
})

/** The highest position of a group. */
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch: { topic, partition, messages } }) => {
    for (const [customer, orders] of Map.groupBy(messages, message => String(message.key))) {
//                                       ^^^^^^^ related: regrouped here
      await save(customer, orders.length)
      const last = orders.reduce((one, two) => (BigInt(two.offset) > BigInt(one.offset) ? two : one))
      await consumer.commitOffsets([{ topic, partition, offset: (BigInt(last.offset) + 1n).toString() }])
//                                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ offset-after-shuffle: '(BigInt(last.offset) + 1n).toString()' belongs to one group, regrouped by 'String(message.key)': records of other groups with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all groups are done.
    }
  },
})
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch: { topic, partition, messages } }) => {
    for (const orders of Object.values(_.groupBy(messages, 'key'))) {
//                                       ^^^^^^^ related: regrouped here
      await save(String(orders[0]!.key), orders.length)
      const last = _.maxBy(orders, order => Number(order.offset))
      await consumer.commitOffsets([{ topic, partition, offset: (BigInt(last!.offset) + 1n).toString() }])
//                                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ offset-after-shuffle: '(BigInt(last!.offset) + 1n).toString()' belongs to one group, regrouped by 'key': records of other groups with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all groups are done.
    }
  },
})

/** In another order than the log's. */
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const sorted = [...batch.messages].sort((one, two) => String(one.key).localeCompare(String(two.key)))
//                                     ^^^^ related: sorted here
    for (const message of sorted) {
      await save(String(message.key), 1)
      resolveOffset(message.offset)
//                  ^^^^^^^^^^^^^^ offset-after-shuffle: 'message.offset' belongs to records sorted by 'String(one.key).localeCompare(String(tw…', not as in the log: others with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all records are done.
      await heartbeat()
    }
  },
})
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const messages = [...batch.messages]
    messages.sort((one, two) => priorityOf(two.value) - priorityOf(one.value))
//           ^^^^ related: sorted here
    for (const message of messages) {
      await save(String(message.key), 1)
      resolveOffset(message.offset)
//                  ^^^^^^^^^^^^^^ offset-after-shuffle: 'message.offset' belongs to records sorted by 'priorityOf(two.value) - priorityOf(one.…', not as in the log: others with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all records are done.
      await heartbeat()
    }
    for (const message of _.sortBy(batch.messages, ['key'])) {
//                          ^^^^^^ related: sorted here
      await save(String(message.key), 1)
      resolveOffset(message.offset)
//                  ^^^^^^^^^^^^^^ offset-after-shuffle: 'message.offset' belongs to records sorted by 'key', not as in the log: others with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all records are done.
      await heartbeat()
    }
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
//                                  ^^^^^^ related: picked here
      await save(customer, orders.length)
      resolveOffset(orders.at(-1)!.offset)
//                  ^^^^^^^^^^^^^^^^^^^^^ offset-after-shuffle: 'orders.at(-1)!.offset' belongs to records picked by 'String(message.key)': others with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all records are done.
    }
  },
})

/** The newest of each key stands where its oldest stood. */
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const newest = new Map<string, KafkaMessage>()
    for (const message of batch.messages) newest.set(String(message.key), message)
//                                               ^^^ related: picked here
    for (const [customer, message] of newest) {
      await save(customer, 1)
      resolveOffset(message.offset)
//                  ^^^^^^^^^^^^^^ offset-after-shuffle: 'message.offset' belongs to records picked by 'String(message.key)': others with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all records are done.
      await heartbeat()
    }
    const pairs = new Map(batch.messages.map(message => [String(message.key), message]))
//                    ^^^ related: picked here
    for (const message of pairs.values()) {
      await save(String(message.key), 1)
      resolveOffset(message.offset)
//                  ^^^^^^^^^^^^^^ offset-after-shuffle: 'message.offset' belongs to records picked by 'String(message.key)': others with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all records are done.
      await heartbeat()
    }
    for (const message of Object.values(_.keyBy(batch.messages, message => String(message.key)))) {
//                                        ^^^^^ related: picked here
      await save(String(message.key), 1)
      resolveOffset(message.offset)
//                  ^^^^^^^^^^^^^^ offset-after-shuffle: 'message.offset' belongs to records picked by 'String(message.key)': others with lower offsets may not be done yet, and after a crash they are skipped. Commit once, with the last offset of the batch, after all records are done.
      await heartbeat()
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
