import { PrismaClient } from '@prisma/client'
import Redis from 'ioredis'
import { Kafka } from 'kafkajs'
import nodemailer from 'nodemailer'

const prisma = new PrismaClient()
const redis = new Redis()
const mail = nodemailer.createTransport({})
const consumer = new Kafka({ brokers: ['localhost:9092'] }).consumer({ groupId: 'mails' })

interface Event {
  readonly id: string
  readonly to: string
}

/** Noted when the work is done. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const event = JSON.parse(String(message.value)) as Event
    const seen = await prisma.processed.findUnique({ where: { eventId: event.id } })
    if (seen) return
    await mail.sendMail({ to: event.to, text: 'shipped' })
    await prisma.processed.create({ data: { eventId: event.id } })
  },
})

/** Noted in one transaction with the work. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const event = JSON.parse(String(message.value)) as Event
    await prisma.$transaction(async tx => {
      const seen = await tx.processed.findUnique({ where: { eventId: event.id } })
      if (seen) return
      await tx.processed.create({ data: { eventId: event.id } })
      await tx.mail.create({ data: { to: event.to } })
    })
  },
})

/** Taken back where the work fails. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const event = JSON.parse(String(message.value)) as Event
    const isFirst = await redis.set(`mails:${event.id}`, '1', 'EX', 86_400, 'NX')
    if (!isFirst) return
    try {
      await mail.sendMail({ to: event.to, text: 'shipped' })
    } catch (error) {
      await redis.del(`mails:${event.id}`)
      throw error
    }
  },
})

/** How far the work has come is asked as well; a lock is no note; a row beside the one that is asked for is none. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const event = JSON.parse(String(message.value)) as Event
    const known = await prisma.job.findUnique({ where: { eventId: event.id } })
    if (known?.status === 'sent') return
    await prisma.job.upsert({ where: { eventId: event.id }, create: { eventId: event.id, status: 'begun' }, update: {} })
    await mail.sendMail({ to: event.to, text: 'shipped' })
    await prisma.job.update({ where: { eventId: event.id }, data: { status: 'sent' } })
  },
})
await consumer.run({
  eachMessage: async ({ message }) => {
    const event = JSON.parse(String(message.value)) as Event
    const isFree = await redis.set(`lock:${event.id}`, '1', 'EX', 10, 'NX')
    if (!isFree) return
    const seen = await prisma.processed.findUnique({ where: { eventId: event.id } })
    if (seen) return
    await prisma.order.create({ data: { eventId: event.id } })
    await mail.sendMail({ to: event.to, text: 'shipped' })
    await prisma.processed.create({ data: { eventId: event.id } })
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
