import Redis from 'ioredis'
import { Kafka } from 'kafkajs'
import { knex } from 'knex'
import nodemailer from 'nodemailer'
import { Pool } from 'pg'

const pool = new Pool()
const redis = new Redis()
const db = knex({ client: 'pg' })
const mail = nodemailer.createTransport({})
const kafka = new Kafka({ clientId: 'mails', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'mails' })
const producer = kafka.producer()

interface Event {
  readonly id: string
  readonly to: string
}

/** Asked and noted at once. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const event = JSON.parse(String(message.value)) as Event
    const isFirst = await redis.set(`mails:${event.id}`, '1', 'EX', 86_400, 'NX')
//                        ^^^^^^^^^ commit-before-output: 'redis.set' notes the record as processed before 'mail.sendMail' has run: where that fails, or the process dies between them, the redelivered record is passed over, and it is lost. Note it afterwards, or in one transaction with it.
//                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ related: passed over here
    if (!isFirst) return
    await mail.sendMail({ to: event.to, text: 'shipped' })
//        ^^^^^^^^^^^^^ related: not done yet
  },
})

/** By the text of the SQL; the other way round; told to others by a topic. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const event = JSON.parse(String(message.value)) as Event
    const { rows } = await pool.query('SELECT 1 FROM orders WHERE event_id = $1', [event.id])
//                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ related: passed over here
    if (rows.length === 0) {
      await pool.query('INSERT INTO orders (event_id) VALUES ($1)', [event.id])
//          ^^^^^^^^^^ commit-before-output: 'INSERT INTO orders' notes the record as processed before 'producer.send' has run: where that fails, or the process dies between them, the redelivered record is passed over, and it is lost. Note it afterwards, or in one transaction with it.
      await producer.send({ topic: 'placed', messages: [{ key: event.id, value: message.value }] })
//          ^^^^^^^^^^^^^ related: not done yet
    }
  },
})

/** By a builder. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const event = JSON.parse(String(message.value)) as Event
    const seen = await db('processed').where({ event_id: event.id }).first()
//                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ related: passed over here
    if (seen) return
    await db('processed').insert({ event_id: event.id })
//        ^^ commit-before-output: 'processed.insert' notes the record as processed before 'mail.sendMail' has run: where that fails, or the process dies between them, the redelivered record is passed over, and it is lost. Note it afterwards, or in one transaction with it.
    await mail.sendMail({ to: event.to, text: 'shipped' })
//        ^^^^^^^^^^^^^ related: not done yet
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
