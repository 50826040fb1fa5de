import { PrismaClient } from '@prisma/client'
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const pool = new Pool()
const prisma = new PrismaClient()
const consumer = new Kafka({ brokers: ['localhost:9092'] }).consumer({ groupId: 'totals' })

/** Noted, but not in one transaction: a crash between the two loses the sum, and without a crash nothing guards it. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const event = JSON.parse(String(message.value)) as { id: string; cents: number }
    await prisma.total.update({ where: { id: 'all' }, data: { cents: { increment: event.cents } } })
//        ^^^^^^^^^^^^^^^^^^^ non-idempotent-output: 'total.update' runs again when the record is delivered again (an increment), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await prisma.processed.create({ data: { eventId: event.id } })
  },
})

/** In one transaction, but a repeat goes on where the insert has done nothing. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const event = JSON.parse(String(message.value)) as { id: string; cents: number }
    const client = await pool.connect()
    await client.query('BEGIN')
    await client.query('INSERT INTO processed (event_id) VALUES ($1) ON CONFLICT DO NOTHING', [event.id])
    await client.query('UPDATE totals SET cents = cents + $1', [event.cents])
//        ^^^^^^^^^^^^ non-idempotent-output: 'UPDATE totals' runs again when the record is delivered again ('cents = cents + $1' adds to the stored value again on a repeat), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await client.query('COMMIT')
    client.release()
  },
})

/** The other transaction, and one that is never begun. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const event = JSON.parse(String(message.value)) as { id: string; cents: number }
    await prisma.$transaction(async tx => {
      await tx.processed.create({ data: { eventId: event.id } })
    })
    await prisma.$transaction(async tx => {
//               ^^^^^^^^^^^^ related: called from the handler here
      await tx.total.update({ where: { id: 'all' }, data: { cents: { increment: event.cents } } })
//          ^^^^^^^^^^^^^^^ non-idempotent-output: 'total.update' runs again when the record is delivered again (an increment), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    })
    const client = await pool.connect()
    await client.query('INSERT INTO processed (event_id) VALUES ($1)', [event.id])
    await client.query('UPDATE totals SET cents = cents + $1', [event.cents])
//        ^^^^^^^^^^^^ non-idempotent-output: 'UPDATE totals' runs again when the record is delivered again ('cents = cents + $1' adds to the stored value again on a repeat), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    client.release()
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
