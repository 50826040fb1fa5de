// @docs
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

await consumer.run({
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    for (const message of batch.messages) {
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
      resolveOffset(message.offset)
      await heartbeat()
    }
    // Nothing is awaited for each record.
    for (const message of batch.messages) console.log(message.key)
    await pool.query('DELETE FROM offers WHERE id = ANY($1)', [batch.messages.map(message => String(message.key))])
  },
})

await consumer.run({
  eachMessage: async ({ message }) => {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
        return
      } catch {
        await sleep(100 * 2 ** attempt)
      }
    }
    throw new Error('gave up')
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
