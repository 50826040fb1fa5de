import { PrismaClient } from '@prisma/client'
import { drizzle } from 'drizzle-orm/node-postgres'
import Redis from 'ioredis'
import { Kafka } from 'kafkajs'
import { MongoClient } from 'mongodb'
import nodemailer from 'nodemailer'
import { orders } from './schema'

const consumer = new Kafka({ brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })
const prisma = new PrismaClient()
const redis = new Redis()
const db = drizzle('postgres://localhost/orders')
const mongo = new MongoClient('mongodb://localhost').db('orders').collection('totals')
const mailer = nodemailer.createTransport({})

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    await prisma.order.create({ data: { customer: order.customer, cents: order.cents } })
//        ^^^^^^^^^^^^^^^^^^^ non-idempotent-output: 'order.create' runs again when the record is delivered again (a plain insert), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await prisma.total.update({ where: { customer: order.customer }, data: { cents: { increment: order.cents } } })
//        ^^^^^^^^^^^^^^^^^^^ non-idempotent-output: 'total.update' runs again when the record is delivered again (an increment), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await db.insert(orders).values({ customer: order.customer }).returning()
//        ^^^^^^^^^ non-idempotent-output: 'db.insert' runs again when the record is delivered again (a plain insert), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await redis.incrby('total', order.cents)
//        ^^^^^^^^^^^^ non-idempotent-output: 'redis.incrby' runs again when the record is delivered again (an increment), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await mongo.updateOne({ customer: order.customer }, { $inc: { cents: order.cents } })
//        ^^^^^^^^^^^^^^^ non-idempotent-output: 'mongo.updateOne' runs again when the record is delivered again ($inc adds again on a repeat), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await mailer.sendMail({ to: order.mail, subject: 'Thank you' })
//        ^^^^^^^^^^^^^^^ non-idempotent-output: 'mailer.sendMail' runs again when the record is delivered again (a mail sent), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
