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
  eachMessage: async ({ message, topic, partition }) => {
    const body = String(message.value)
    await pool.query('INSERT INTO orders (id, body) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING', [`${topic}-${partition}-${message.offset}`, body])
    local.prepare('INSERT OR REPLACE INTO orders (body, id) VALUES (?, ?)').run(body, `${topic}-${partition}-${message.offset}`)
    const id = `${topic}-${partition}-${message.offset}`
    await prisma.order.upsert({ where: { id }, create: { id, body }, update: { body } })
    await orders.updateOne({ number: `${topic}-${partition}-${message.offset}` }, { $set: { body } }, { upsert: true })
    await redis.set(`orders:${randomUUID()}`, body)
    await writeFile(`orders/${Date.now()}.json`, body)
    await fetch(`http://orders/${randomUUID()}`, { method: 'PUT', body })
    await fetch('http://orders', { method: 'POST', headers: { 'Idempotency-Key': `${topic}-${partition}-${message.offset}` }, body })
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
