import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { PrismaClient } from '@prisma/client'
import Redis from 'ioredis'
import { Kafka } from 'kafkajs'
import { MongoClient } from 'mongodb'
import { Pool } from 'pg'

const pool = new Pool()
const prisma = new PrismaClient()
const redis = new Redis()
const local = new DatabaseSync('orders.db')
const orders = new MongoClient('mongodb://localhost').db('shop').collection('orders')
const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })

/** Each would find what is there, if its key were the same again. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const body = String(message.value)
    await pool.query('INSERT INTO orders (id, body) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING', [randomUUID(), body])
//        ^^^^^^^^^^ related: used here
//                                                                                                 ^^^^^^^^^^^^ nondeterministic-key: 'randomUUID()' gives another value each time, and becomes 'id' of 'INSERT INTO orders', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
    local.prepare('INSERT OR REPLACE INTO orders (body, id) VALUES (?, ?)').run(body, randomUUID())
//  ^^^^^^^^^^^^^ related: used here
//                                                                                    ^^^^^^^^^^^^ nondeterministic-key: 'randomUUID()' gives another value each time, and becomes 'id' of 'REPLACE INTO orders', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
    const id = randomUUID()
//             ^^^^^^^^^^^^ nondeterministic-key: 'randomUUID()' gives another value each time, and becomes 'id' of 'order.upsert', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
    await prisma.order.upsert({ where: { id }, create: { id, body }, update: { body } })
//        ^^^^^^^^^^^^^^^^^^^ related: used here
    await orders.updateOne({ number: randomUUID() }, { $set: { body } }, { upsert: true })
//        ^^^^^^^^^^^^^^^^ related: used here
//                                   ^^^^^^^^^^^^ nondeterministic-key: 'randomUUID()' gives another value each time, and becomes 'number' of 'orders.updateOne', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
    await redis.set(`orders:${randomUUID()}`, body)
//        ^^^^^^^^^ related: used here
//                            ^^^^^^^^^^^^ nondeterministic-key: 'randomUUID()' gives another value each time, and becomes 'key' of 'redis.set', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
    await writeFile(`orders/${Date.now()}.json`, body)
//        ^^^^^^^^^ related: used here
//                            ^^^^^^^^^^ nondeterministic-key: 'Date.now()' gives another value each time, and becomes 'path' of 'writeFile', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
    await fetch(`http://orders/${randomUUID()}`, { method: 'PUT', body })
//        ^^^^^ related: used here
//                               ^^^^^^^^^^^^ nondeterministic-key: 'randomUUID()' gives another value each time, and becomes 'url' of 'fetch', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
    await fetch('http://orders', { method: 'POST', headers: { 'Idempotency-Key': randomUUID() }, body })
//        ^^^^^ related: used here
//                                                                               ^^^^^^^^^^^^ nondeterministic-key: 'randomUUID()' gives another value each time, and becomes 'Idempotency-Key' of 'fetch', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
