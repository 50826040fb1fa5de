import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

/** Never added to: a list of what is of no interest. */
const ignored = new Set(['heartbeat', 'ping'])
/** What is remembered of a partition says nothing of its records. */
const paused = new Set<string>()

await consumer.run({
  eachMessage: async ({ topic, partition, message, pause }) => {
    const order = JSON.parse(String(message.value))
    if (ignored.has(order.type)) return
    const place = `${topic}:${partition}`
    if (paused.has(place)) return
    if (order.isHeld) {
      paused.add(place)
      pause()
      return
    }
    await pool.query('INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING', [order.id])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
