// @docs
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    for (const message of batch.messages) {
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
      resolveOffset(message.offset)
      await heartbeat()
    }
  },
})

const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
declare function isFree(): boolean

await consumer.run({
  eachMessage: async ({ message }) => {
    while (!isFree()) await sleep(100)
    await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
