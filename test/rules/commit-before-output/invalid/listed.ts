import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const pool = new Pool()

const remove = (ids: readonly string[]) => pool.query('DELETE FROM carts WHERE id = ANY($1)', [ids])
//                                         ^^^^^^^^^^ related: written out here
//                                         ^^^^^^^^^^ related: written out here
const consumer = kafka.consumer({ groupId: 'orders' })

const ids: string[] = []
setInterval(() => void remove(ids.splice(0)), 1_000)

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    ids.push(String(message.key))
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
//        ^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'consumer.commitOffsets' marks the record done while it waits in 'ids' for 'DELETE FROM carts': a crash before that loses it. Commit after the awaited output.
  },
})

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    for (const message of batch.messages) {
      ids.push(String(message.key))
      resolveOffset(message.offset)
//    ^^^^^^^^^^^^^ commit-before-output: 'resolveOffset' marks the record done while it waits in 'ids' for 'DELETE FROM carts': a crash before that loses it. Commit after the awaited output.
      await heartbeat()
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
