import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const remove = (key: Buffer | null) => pool.query('DELETE FROM carts WHERE id = $1', [String(key)])
//                                     ^^^^^^^^^^ related: of an earlier record, may still be running
//                                     ^^^^^^^^^^ related: not done yet
//                                     ^^^^^^^^^^ related: of an earlier record, may still be running
//                                     ^^^^^^^^^^ related: of an earlier record, may still be running

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset }) => {
    await Promise.all(
      batch.messages.map(async message => {
//                   ^^^ related: committed in here
        await remove(message.key)
        resolveOffset(message.offset)
//      ^^^^^^^^^^^^^ commit-before-output: 'resolveOffset' runs in the order in which the records happen to end, so a later one is marked done while 'DELETE FROM carts' of an earlier one still runs. Resolve or commit the last offset once, after all of them.
      }),
    )
  },
})

await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch: { topic, partition, messages }, commitOffsetsIfNecessary, heartbeat }) => {
    for (const message of messages) {
      const offset = (BigInt(message.offset) + 1n).toString()
      // With offsets of its own it commits at once.
      await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] })
//          ^^^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'commitOffsetsIfNecessary' marks the record done before 'DELETE FROM carts' has run: a failure or a crash between them loses it. Commit after the awaited output.
      await remove(message.key)
      await heartbeat()
    }
  },
})

/** The same where the promises have a name. */
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const mapped = batch.messages.map(async message => {
//                                ^^^ related: committed in here
      await remove(message.key)
      resolveOffset(message.offset)
//    ^^^^^^^^^^^^^ commit-before-output: 'resolveOffset' runs in the order in which the records happen to end, so a later one is marked done while 'DELETE FROM carts' of an earlier one still runs. Resolve or commit the last offset once, after all of them.
    })
    await Promise.all(mapped)
    await heartbeat()
  },
})

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const pushed: Promise<void>[] = []
    const removeAndResolve = async ({ key, offset }: { key: Buffer | null; offset: string }) => {
      await remove(key)
      resolveOffset(offset)
//    ^^^^^^^^^^^^^ commit-before-output: 'resolveOffset' runs in the order in which the records happen to end, so a later one is marked done while 'DELETE FROM carts' of an earlier one still runs. Resolve or commit the last offset once, after all of them.
    }
    for (const message of batch.messages) pushed.push(removeAndResolve(message))
//                                                    ^^^^^^^^^^^^^^^^ related: committed in here
    await Promise.all(pushed)
    await heartbeat()
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
