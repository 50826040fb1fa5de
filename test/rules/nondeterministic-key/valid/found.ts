import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { PrismaClient } from '@prisma/client'
import Redis from 'ioredis'
import { Kafka } from 'kafkajs'
import { knex } from 'knex'
import { MongoClient } from 'mongodb'
import { Pool } from 'pg'

const pool = new Pool()
const prisma = new PrismaClient()
const redis = new Redis()
const db = knex({ client: 'pg' })
const local = new DatabaseSync('orders.db')
const orders = new MongoClient('mongodb://localhost').db('shop').collection('orders')
const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })

/** What is made anew is not what the row is found by: the record's own number is. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const { number, body } = JSON.parse(String(message.value)) as { number: string; body: string }
    const insert = 'INSERT INTO orders (id, number, body) VALUES ($1, $2, $3) ON CONFLICT (number) DO NOTHING'
    await pool.query(insert, [randomUUID(), number, body])
    local.prepare('INSERT OR IGNORE INTO orders (id, order_id) VALUES (?, ?)').run(randomUUID(), number)
    await prisma.order.upsert({ where: { number }, create: { id: randomUUID(), number, body }, update: { body } })
    await orders.updateOne({ number }, { $setOnInsert: { _id: randomUUID() }, $set: { body } }, { upsert: true })
    await db('orders').insert({ id: randomUUID(), number, body }).onConflict('number').merge()
    await redis.set(`orders:${number}`, JSON.stringify({ seen: randomUUID(), body }))
    await writeFile(`orders/${number}.json`, JSON.stringify({ id: randomUUID(), body }))
    const sent = JSON.stringify({ requestId: randomUUID(), body })
    await fetch(`http://orders/${number}`, { method: 'PUT', body: sent })
    await fetch('http://orders', { method: 'POST', headers: { 'Idempotency-Key': number }, body: sent })
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
