import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const save = async (id: string) => {
  await pool.query('DELETE FROM carts WHERE id = $1', [id])
}

await consumer.run({
  eachBatch: async ({ batch, heartbeat }) => {
    await Promise.all(batch.messages.map(async message => {
      await save(String(message.key))
      await heartbeat()
    }))
  },
})

await consumer.run({
  eachMessage: async ({ message }) => {
    await save(String(message.key))
    const unread = await save(String(message.key))
    save(String(message.key))
      .then(() => console.log('saved'))
      .catch(error => console.error(error))
    setTimeout(() => save(String(message.key)), 100)
    new Promise<void>(resolve => save(String(message.key)).then(() => resolve()))
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
