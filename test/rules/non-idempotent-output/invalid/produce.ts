import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })

const producer = kafka.producer()
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ message }) => {
    await producer.send({ topic: 'enriched', messages: [{ key: message.key, value: message.value }] })
//        ^^^^^^^^^^^^^ non-idempotent-output: 'producer.send' runs again when the record is delivered again (produced outside a transaction), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
  },
})

await consumer.run({
  eachMessage: async ({ message }) => {
    // It asks, but nothing here is remembered: the answer to a repeat is the same.
    const { rows } = await pool.query('SELECT 1 FROM customers WHERE id = $1', [String(message.key)])
    if (rows.length > 0) {
      await producer.send({ topic: 'welcomes', messages: [{ key: message.key, value: 'welcome' }] })
//          ^^^^^^^^^^^^^ non-idempotent-output: 'producer.send' runs again when the record is delivered again (produced outside a transaction), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
      return
    }
    await producer.send({ topic: 'refusals', messages: [{ key: message.key, value: 'unknown' }] })
//        ^^^^^^^^^^^^^ non-idempotent-output: 'producer.send' runs again when the record is delivered again (produced outside a transaction), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
