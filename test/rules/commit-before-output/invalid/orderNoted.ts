// @docs Noted as processed before the work
import { PrismaClient } from '@prisma/client'
import { Kafka } from 'kafkajs'
import nodemailer from 'nodemailer'

const prisma = new PrismaClient()
const mail = nodemailer.createTransport({})
const kafka = new Kafka({ clientId: 'mails', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'mails' })

await consumer.run({
  eachMessage: async ({ message }) => {
    const event = JSON.parse(String(message.value)) as { id: string; to: string }
    const seen = await prisma.processed.findUnique({ where: { eventId: event.id } })
//                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ related: passed over here
    if (seen) return
    await prisma.processed.create({ data: { eventId: event.id } })
//        ^^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'processed.create' notes the record as processed before 'mail.sendMail' has run: where that fails, or the process dies between them, the redelivered record is passed over, and it is lost. Note it afterwards, or in one transaction with it.
    await mail.sendMail({ to: event.to, text: 'shipped' })
//        ^^^^^^^^^^^^^ related: not done yet
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
