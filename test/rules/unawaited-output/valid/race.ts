import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()
const sleep = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))
const limit = (ms: number) => new Promise<never>((_, reject) => setTimeout(() => reject(new Error('too slow')), ms))
const save = async (value: unknown): Promise<void> => {
  await pool.query('INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING', [value])
}

await consumer.run({
  eachMessage: async ({ message }) => {
    // The limit throws, and so the record is read again.
    await Promise.race([save(message.value), limit(5_000)])
    await Promise.race([save(message.value), new Promise((_, reject) => setTimeout(() => reject(new Error('too slow')), 5_000))])
    await Promise.race([save(message.value), new Promise((_, reject) => { setTimeout(reject, 5_000) })])
    await Promise.race([save(message.value), sleep(5_000).then(() => { throw new Error('too slow') })])
    // Who has won is looked at.
    const winner = await Promise.race([save(message.value).then(() => 'saved'), sleep(5_000).then(() => 'late')])
    if (winner === 'late') throw new Error('too slow')
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
