import { PrismaClient } from '@prisma/client'
import { drizzle } from 'drizzle-orm/node-postgres'
import Redis from 'ioredis'
import { Kafka } from 'kafkajs'
import { MongoClient } from 'mongodb'
import { orders } from './schema'

const consumer = new Kafka({ brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })
const prisma = new PrismaClient()
const redis = new Redis()
const db = drizzle('postgres://localhost/orders')
const mongo = new MongoClient('mongodb://localhost').db('orders').collection('totals')

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    await prisma.order.upsert({ where: { id: order.id }, create: { id: order.id }, update: { cents: order.cents } })
    await prisma.order.create({ data: { eventId: order.id, cents: order.cents } })
    await prisma.order.createMany({ data: [order], skipDuplicates: true })
    await db.insert(orders).values({ customer: order.customer }).onConflictDoNothing()
    await redis.set('last', order.id)
    await mongo.updateOne({ _id: order.id }, { $set: { cents: order.cents } }, { upsert: true })
    await mongo.insertOne({ _id: order.id, cents: order.cents })
    await redis.get('total')
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
