import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const remove = (key: Buffer | null) => pool.query('DELETE FROM carts WHERE id = $1', [String(key)])

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const offset = (BigInt(message.offset) + 1n).toString()
    await remove(message.key)
    // Nobody waits for it, but what it stands for is done.
    consumer.commitOffsets([{ topic, partition, offset }]).catch(console.error)
  },
})

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message, heartbeat }) => {
    const offset = (BigInt(message.offset) + 1n).toString()
    await remove(message.key)
    await Promise.all([heartbeat(), consumer.commitOffsets([{ topic, partition, offset }])])
  },
})
