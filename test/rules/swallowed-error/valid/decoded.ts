import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'
import { z } from 'zod'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer()
const pool = new Pool()
const registry = new SchemaRegistry({ host: 'http://localhost:8081' })
const schema = z.object({ id: z.string() })

const remove = (id: string) => pool.query('DELETE FROM carts WHERE id = $1', [id])

/** Put aside, and only then passed over. */
await consumer.run({
  eachMessage: async ({ message }) => {
    let order: { id: string }
    try {
      order = await registry.decode(message.value ?? Buffer.alloc(0))
    } catch (error) {
      console.error(error)
      await producer.send({ topic: 'orders.dead-letter', messages: [{ value: message.value }] })
      return
    }
    await remove(order.id)
  },
})

/** What tells of it by its answer is asked. */
async function read(bytes: Buffer | null): Promise<{ id: string } | undefined> {
  try {
    return await registry.decode(bytes ?? Buffer.alloc(0))
  } catch (error) {
    console.error(error)
    return undefined
  }
}
await consumer.run({
  eachMessage: async ({ message }) => {
    const order = await read(message.value)
    if (!order) throw new Error('not an order')
    await remove(order.id)
  },
})

/** Neither throws. */
await consumer.run({
  eachMessage: async ({ message }) => {
    let text = ''
    try {
      text = new TextDecoder().decode(message.value ?? undefined)
    } catch (error) {
      console.error(error)
    }
    let settings: unknown
    try {
      // Not of the record.
      settings = schema.parse(JSON.stringify(process.env))
    } catch (error) {
      console.error(error)
    }
    const order = schema.safeParse(text)
    if (!order.success) throw order.error
    console.log(settings)
    await remove(order.data.id)
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
