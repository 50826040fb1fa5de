import { randomUUID } from 'node:crypto'
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    await pool.query('INSERT INTO payments (id, cents, paid_at) VALUES ($1, $2, $3)', [randomUUID(), order.cents, Date.now()])
//        ^^^^^^^^^^ related: used here
//                                                                                     ^^^^^^^^^^^^ nondeterministic-key: 'randomUUID()' gives another value each time, and becomes 'id' of 'INSERT INTO payments', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
