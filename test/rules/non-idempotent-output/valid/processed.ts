import { PrismaClient } from '@prisma/client'
import { Kafka } from 'kafkajs'
import { MongoClient } from 'mongodb'
import { Pool, type PoolClient } from 'pg'
import { DataSource } from 'typeorm'

const pool = new Pool()
const prisma = new PrismaClient()
const source = new DataSource({ type: 'postgres' })
const mongo = new MongoClient('mongodb://localhost')
const consumer = new Kafka({ brokers: ['localhost:9092'] }).consumer({ groupId: 'totals' })

class Processed {
  eventId!: string
}
class Total {
  id!: string
}

async function add(client: PoolClient, cents: number): Promise<void> {
  await client.query('UPDATE totals SET cents = cents + $1', [cents])
}

/** What was processed is noted in the same transaction, by an insert that fails on a repeat and undoes the rest. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const event = JSON.parse(String(message.value)) as { id: string; cents: number }
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await client.query('INSERT INTO processed (event_id) VALUES ($1)', [event.id])
      await add(client, event.cents)
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK')
      if ((error as { code?: string }).code !== '23505') throw error
    } finally {
      client.release()
    }
  },
})

await consumer.run({
  eachMessage: async ({ message }) => {
    const event = JSON.parse(String(message.value)) as { id: string; cents: number }
    await prisma.$transaction(async tx => {
      await tx.total.update({ where: { id: 'all' }, data: { cents: { increment: event.cents } } })
      await tx.processed.create({ data: { eventId: event.id } })
    })
    await prisma.$transaction([
      prisma.processed.create({ data: { eventId: event.id } }),
      prisma.entry.create({ data: { cents: event.cents } }),
    ])
    await source.transaction(async manager => {
      await manager.insert(Processed, { eventId: event.id })
      await manager.increment(Total, { id: 'all' }, 'cents', event.cents)
    })
    await mongo.withSession(session =>
      session.withTransaction(async () => {
        await mongo.db('shop').collection('processed').insertOne({ eventId: event.id }, { session })
        await mongo.db('shop').collection('totals').updateOne({ all: true }, { $inc: { cents: event.cents } }, { session })
      }),
    )
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
