import { Redis } from 'ioredis'
import { Kafka, type KafkaMessage } from 'kafkajs'
import { PrismaClient } from '@prisma/client'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const prisma = new PrismaClient()
const redis = new Redis()

/** Nobody misses it: the order is placed without a name. */
async function nameOf(id: string): Promise<string | undefined> {
  try {
    const customer = await prisma.customer.findUnique({ where: { id } })
    return customer?.name
  } catch (error) {
    console.warn('no name', error)
    return undefined
  }
}

/** Without it the next one asks the database. */
async function remember(id: string, name: string | undefined): Promise<void> {
  try {
    await redis.set(`customer:${id}`, name ?? '')
  } catch (error) {
    console.warn('not cached', error)
  }
}

async function each(work: (message: KafkaMessage) => Promise<void>, onError?: (error: unknown, message: KafkaMessage) => Promise<void>) {
  await consumer.run({
    eachMessage: async ({ message }) => {
      try {
        await work(message)
      } catch (error) {
        console.error(error)
        if (onError) await onError(error, message)
      }
    },
  })
}

export const start = each

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    const name = await nameOf(order.customer)
    await prisma.order.upsert({ where: { id: order.id }, create: { id: order.id, name }, update: {} })
    await remember(order.customer, name)
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
