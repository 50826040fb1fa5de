import { PrismaClient } from '@prisma/client'
import { Kafka } from 'kafkajs'
import { MongoClient } from 'mongodb'
import { DataSource } from 'typeorm'

class Account {
  id!: string
  cents!: number
}

const consumer = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })
const prisma = new PrismaClient()
const accounts = new DataSource({ type: 'postgres' }).getRepository(Account)
const visits = new MongoClient('mongodb://localhost').db('shop').collection('visits')

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    // The key finds the row; what is added is added again.
    await prisma.account.update({ where: { id: order.id }, data: { cents: { increment: order.cents } } })
//        ^^^^^^^^^^^^^^^^^^^^^ non-idempotent-output: 'account.update' runs again when the record is delivered again (an increment), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await prisma.stock.upsert({
//        ^^^^^^^^^^^^^^^^^^^ non-idempotent-output: 'stock.upsert' runs again when the record is delivered again (an increment), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
      where: { id: order.id },
      create: { id: order.id, count: 1 },
      update: { count: { increment: 1 } },
    })
    await accounts.increment({ id: order.id }, 'cents', order.cents)
//        ^^^^^^^^^^^^^^^^^^ non-idempotent-output: 'accounts.increment' runs again when the record is delivered again (an increment), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await visits.updateOne({ _id: order.id }, { $inc: { count: 1 }, $setOnInsert: { _id: order.id } }, { upsert: true })
//        ^^^^^^^^^^^^^^^^ non-idempotent-output: 'visits.updateOne' runs again when the record is delivered again ($inc adds again on a repeat), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    // A table by that name is no logger.
    await prisma.log.create({ data: { customer: order.customer, text: 'ordered' } })
//        ^^^^^^^^^^^^^^^^^ non-idempotent-output: 'log.create' runs again when the record is delivered again (a plain insert), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
