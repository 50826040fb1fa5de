import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer()
const pool = new Pool()

const open = new Set<string>()
const close = (id: string): void => {
  open.delete(id)
}

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const id = `${partition}:${message.offset}`
    const next = [{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }]
    open.add(id)
    try {
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
      // Where this fails nothing is committed, and what the catch sends comes before any commit.
      await consumer.commitOffsets(next)
      close(id)
    } catch (error) {
      close(id)
      await producer.send({ topic: 'orders.retry', messages: [{ key: message.key, value: message.value }] })
      await consumer.commitOffsets(next)
    }
  },
})
