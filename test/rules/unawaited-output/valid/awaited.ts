// @docs
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const save = async (id: string) => {
  await pool.query('DELETE FROM carts WHERE id = $1', [id])
}
const remove = (id: string) => pool.query('DELETE FROM carts WHERE id = $1', [id])

await consumer.run({
  eachBatch: async ({ batch, heartbeat }) => {
    for (const message of batch.messages) {
      await save(String(message.key))
      await heartbeat()
    }
    await Promise.all(batch.messages.map(message => save(String(message.key))))
    const pending: Promise<void>[] = []
    for (const message of batch.messages) pending.push(save(String(message.key)))
    await Promise.all(pending)
  },
})

await consumer.run({ eachMessage: ({ message }) => save(String(message.key)) })

await consumer.run({
  eachMessage: async ({ message }) => {
    const first = save(String(message.key))
    const second = remove(String(message.key))
    await first
    await second
    await save(String(message.key)).catch(error => {
      throw error
    })
    console.log('not an output', message.key)
    setTimeout(() => console.log('later'), 10)
    return save(String(message.key))
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
