// @docs
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const producer = kafka.producer()
const remove = (id: string) => pool.query('DELETE FROM carts WHERE id = $1', [id])

function fail(error: unknown): never {
  throw error
}

await consumer.run({
  eachMessage: async ({ topic, partition, message, heartbeat }) => {
    const id = String(message.key)
    try {
      await remove(id)
    } catch (error) {
      console.error(error)
      throw error
    }
    try {
      await remove(id)
    } catch (error) {
      fail(error)
    }
    try {
      await remove(id)
    } catch (error) {
      await producer.send({ topic: 'orders.dlq', messages: [{ key: id, value: message.value }] })
    }
    // Bounded attempts, then dead letter.
    let lastError: unknown
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        await remove(id)
        return
      } catch (error) {
        lastError = error
      }
    }
    await producer.send({ topic: 'orders.dlq', messages: [{ key: id, value: String(lastError) }] })
    while (true) {
      try {
        await remove(id)
        break
      } catch (error) {
        console.warn('again', error)
      }
    }
    try {
      await heartbeat()
    } catch (error) {
      console.warn(error)
    }
    try {
      await remove(id)
    } catch (error) {
      consumer.seek({ topic, partition, offset: message.offset })
    }
    // Only what is known to be harmless is passed over.
    try {
      await remove(id)
    } catch (error) {
      if ((error as { code?: string }).code !== '23505') throw error
    }
    const done = await remove(id).catch(() => undefined)
    if (!done) throw new Error('not removed')
  },
})

try {
  await consumer.connect()
  await consumer.subscribe({ topic: 'orders', fromBeginning: true })
} catch (error) {
  console.error(error)
}

process.once('SIGTERM', () => void consumer.disconnect())
