import { Kafka } from 'kafkajs'
import { Pool } from 'pg'
import { Subject } from 'rxjs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()
const ticks = new Subject<number>()

await consumer.run({
  eachMessage: async ({ message }) => {
    await pool.query('INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING', [message.key])
    // Beside the work, for who looks on.
    ticks.next(Number(message.offset))
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
