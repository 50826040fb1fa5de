import { PrismaClient } from '@prisma/client'
import { Kafka } from 'kafkajs'
import { MongoClient } from 'mongodb'

const consumer = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })
const prisma = new PrismaClient()
const accounts = new MongoClient('mongodb://localhost').db('shop').collection('accounts')

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    // Found no more once it is done: by the offset, by the state it leaves, by the version.
    await prisma.account.updateMany({
      where: { id: order.account, lastOffset: { lt: Number(message.offset) } },
      data: { cents: { increment: order.cents }, lastOffset: Number(message.offset) },
    })
    await prisma.order.updateMany({
      where: { id: order.id, state: 'open' },
      data: { state: 'paid', attempts: { increment: 1 } },
    })
    await accounts.updateOne({ _id: order.account, version: order.version }, { $inc: { cents: order.cents, version: 1 } })
    await accounts.updateOne(
      { _id: order.account, seen: { $ne: order.id } },
      { $inc: { cents: order.cents }, $addToSet: { seen: order.id } },
    )
    await prisma.total.upsert({ where: { id: order.id }, create: { id: order.id, cents: 1 }, update: { cents: order.cents } })
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
