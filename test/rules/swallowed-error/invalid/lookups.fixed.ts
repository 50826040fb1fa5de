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
    } catch (error) {
      console.error(error)
      throw error
    }
  },
})

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    try {
      // When this fails, the rest is not done either.
      const customer = await prisma.customer.findUnique({ where: { id: order.customer } })
      try {
        await prisma.order.update({ where: { id: order.id }, data: { name: customer.name } })
      } catch (error) {
        console.error(error)
        throw error
      }
    } catch (error) {
      console.error(error)
      throw error
    }
  },
})

// All that is done for the record.
await consumer.run({
  eachMessage: async ({ message }) => {
    try {
      await redis.set(String(message.key), String(message.value))
    } catch (error) {
      console.error(error)
      throw error
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
