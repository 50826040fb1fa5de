import { PrismaClient } from '@prisma/client'
import { Kafka } from 'kafkajs'

const prisma = new PrismaClient()
const consumer = new Kafka({ brokers: ['localhost:9092'] }).consumer({ groupId: 'steps' })

/** The id is that of another row. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const step = JSON.parse(String(message.value)) as { id: string; text: string }
    await prisma.log.create({ data: { text: step.text, step: { connect: { id: step.id } } }, select: { id: true } })
//        ^^^^^^^^^^^^^^^^^ non-idempotent-output: 'log.create' runs again when the record is delivered again (a plain insert), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
