import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

declare function transform(value: Buffer | null): string

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const rows: string[] = []
    for (const message of batch.messages) {
      rows.push(transform(message.value))
      resolveOffset(message.offset)
//    ^^^^^^^^^^^^^ commit-before-output: 'resolveOffset' marks the record done before 'DELETE FROM carts' has run: a failure or a crash between them loses it. Commit after the awaited output.
    }
    await pool.query('DELETE FROM carts WHERE id = ANY($1)', [rows])
//        ^^^^^^^^^^ related: not done yet
    await heartbeat()
  },
})

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const offset = (BigInt(message.offset) + 1n).toString()
    try {
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
//          ^^^^^^^^^^ related: may have failed
    } finally {
      await consumer.commitOffsets([{ topic, partition, offset }])
//          ^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'consumer.commitOffsets' runs even when 'DELETE FROM carts' fails, so the record is marked done without its output. Commit after the awaited output.
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
