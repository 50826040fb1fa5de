import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const producer = kafka.producer()

interface Order {
  readonly key: string
  body: unknown
}

/** A body that is no JSON stays text, and goes on as such. */
function orderOf(message: { key: Buffer | null; value: Buffer | null }): Order {
  const order: Order = { key: String(message.key), body: undefined }
  try {
    order.body = JSON.parse(String(message.value))
  } catch (error) {
    if (order.key) console.warn('no JSON', error)
    order.body = String(message.value)
  }
  return order
}

await consumer.run({
  eachBatch: async ({ batch }) => {
    const orders = batch.messages.map(orderOf)
    await pool.query('DELETE FROM carts WHERE id = ANY($1)', [orders.map(order => order.key)])
  },
})

const settings = { deadLetter: { isEnabled: process.env.DEAD_LETTER !== 'off' } }

/** Does nothing where it is switched off. */
async function putAside(value: Buffer | null): Promise<void> {
  if (!settings.deadLetter.isEnabled) {
    console.warn('dead letters are switched off')
    return
  }
  await producer.send({ topic: 'orders.dlq', messages: [{ value }] })
}

await consumer.run({
  eachMessage: async ({ message }) => {
    try {
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
    } catch (error) {
      await putAside(message.value)
      console.warn('put aside', error)
    }
  },
})

const seen: { key: string; body: unknown }[] = []

/** Only printed and shown: nothing that a record could be missing from after a restart. */
await consumer.run({
  eachMessage: async ({ message }) => {
    let body: unknown
    try {
      body = JSON.parse(String(message.value))
    } catch (error) {
      console.error(error)
      body = String(message.value)
    }
    console.log(body)
    seen.push({ key: String(message.key), body })
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
