import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const remove = (key: Buffer | null) => pool.query('DELETE FROM carts WHERE id = $1', [String(key)])
//                                     ^^^^^^^^^^ related: begun here, and waited for later
//                                     ^^^^^^^^^^ related: begun here, and waited for later
//                                     ^^^^^^^^^^ related: begun here, and waited for later
//                                     ^^^^^^^^^^ related: begun here, and waited for later
//                                     ^^^^^^^^^^ related: begun here, and waited for later

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message, heartbeat }) => {
    const removed = remove(message.key)
    await heartbeat()
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
//        ^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'consumer.commitOffsets' runs before anybody has waited for 'DELETE FROM carts': a failure of it, or a crash, then loses the record. Commit after the awaited output.
    await removed
  },
})

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const all: Promise<unknown>[] = []
    all.push(remove(message.key))
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
//        ^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'consumer.commitOffsets' runs before anybody has waited for 'DELETE FROM carts': a failure of it, or a crash, then loses the record. Commit after the awaited output.
    await Promise.all(all)
  },
})

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const removed = remove(message.key).then(() => console.log('removed'))
    const offset = (BigInt(message.offset) + 1n).toString()
    await Promise.all([removed, consumer.commitOffsets([{ topic, partition, offset }])])
//                              ^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'consumer.commitOffsets' runs before anybody has waited for 'DELETE FROM carts': a failure of it, or a crash, then loses the record. Commit after the awaited output.
  },
})

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const all = batch.messages.map(message => remove(message.key))
    resolveOffset(batch.lastOffset())
//  ^^^^^^^^^^^^^ commit-before-output: 'resolveOffset' runs before anybody has waited for 'DELETE FROM carts': a failure of it, or a crash, then loses the record. Commit after the awaited output.
    await Promise.all(all)
    await heartbeat()
  },
})

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const all: Promise<unknown>[] = []
    for (const message of batch.messages) {
      all.push(remove(message.key))
      resolveOffset(message.offset)
//    ^^^^^^^^^^^^^ commit-before-output: 'resolveOffset' runs before anybody has waited for 'DELETE FROM carts': a failure of it, or a crash, then loses the record. Commit after the awaited output.
    }
    for (const one of all) await one
    await heartbeat()
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
