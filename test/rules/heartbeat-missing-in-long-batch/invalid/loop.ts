// @docs
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachBatch: async ({ batch, resolveOffset }) => {
    for (const message of batch.messages) {
//  ^^^^ related: once for each record
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
//          ^^^^^^^^^^ heartbeat-missing-in-long-batch: This is awaited for every record, and no heartbeat is sent in the loop, so a large batch outlives the session, and the partition goes to another member while this one still works. Await heartbeat() for each record.
      resolveOffset(message.offset)
    }
  },
})

const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
declare function isFree(): boolean

await consumer.run({
  eachMessage: async ({ message }) => {
    while (!isFree()) await sleep(100)
//  ^^^^^^ heartbeat-missing-in-long-batch: This waits in a loop without a heartbeat, so the session may end meanwhile, and the partition goes to another member. Await heartbeat() in the loop.
    await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
