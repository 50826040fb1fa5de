import { Redis } from 'ioredis'
import { Kafka } from 'kafkajs'
import { PrismaClient } from '@prisma/client'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const prisma = new PrismaClient()
const redis = new Redis()

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    try {
      const customer = await prisma.customer.findUnique({ where: { id: order.customer } })
      await prisma.order.update({ where: { id: order.id }, data: { name: customer.name } })
//          ^^^^^^^^^^^^^^^^^^^ related: may fail
    } catch (error) {
//    ^^^^^ swallowed-error: A failure of 'order.update' is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
      console.error(error)
    }
  },
})

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    try {
      // When this fails, the rest is not done either.
      const customer = await prisma.customer.findUnique({ where: { id: order.customer } })
//                           ^^^^^^^^^^^^^^^^^^^^^^^^^^ related: may fail
      try {
        await prisma.order.update({ where: { id: order.id }, data: { name: customer.name } })
//            ^^^^^^^^^^^^^^^^^^^ related: may fail
      } catch (error) {
//      ^^^^^ swallowed-error: A failure of 'order.update' is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
        console.error(error)
      }
    } catch (error) {
//    ^^^^^ swallowed-error: A failure of 'prisma.customer.findUnique' is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
      console.error(error)
    }
  },
})

// All that is done for the record.
await consumer.run({
  eachMessage: async ({ message }) => {
    try {
      await redis.set(String(message.key), String(message.value))
//          ^^^^^^^^^ related: may fail
    } catch (error) {
//    ^^^^^ swallowed-error: A failure of 'redis.set' is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
      console.error(error)
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
