import { Kafka } from 'kafkajs'
import type { Message } from 'node-rdkafka'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer()
const pool = new Pool()

const remove = (key: unknown) => pool.query('DELETE FROM carts WHERE id = $1', [String(key)])

/** Given to a consumer of the company's own, which seeks back where `false` is returned. */
export async function handle(message: Message): Promise<boolean> {
  try {
    await remove(message.key)
    return true
  } catch (error) {
    console.error(error)
    return false
  }
}

/** The promise is settled by hand. */
const removed = (key: unknown): Promise<void> =>
  new Promise((resolve, reject) => {
    remove(key)
      .then(() => resolve())
      .catch(reject)
  })

const tried = (key: unknown): Promise<boolean> =>
  new Promise(resolve => {
    remove(key)
      .then(() => resolve(true))
      .catch(() => resolve(false))
  })

const both = (key: unknown): Promise<void> =>
  new Promise((resolve, reject) => {
    remove(key).then(() => resolve(), reject)
  })

await consumer.run({
  eachMessage: async ({ message }) => {
    try {
      await producer.connect()
    } catch (error) {
      console.error('no producer', error)
    }
    await removed(message.key)
    await both(message.key)
    if (!(await tried(message.key))) throw new Error('not removed')
    try {
      await producer.disconnect()
    } catch (error) {
      console.error('the producer stays open', error)
    }
  },
})

const again = async (topic: string, partition: number, offset: string, key: unknown): Promise<void> => {
  try {
    await remove(key)
  } catch {
    consumer.seek({ topic, partition, offset })
  }
}

await consumer.run({
  eachMessage: async ({ topic, partition, message }) => {
    // Nothing of the work gets here: it was caught where it failed, and is tried again.
    try {
      await again(topic, partition, message.offset, message.key)
    } catch (error) {
      console.error(error)
    }
  },
})
