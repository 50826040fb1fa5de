import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

/** Too much to ask for in an address. */
async function findPrices(products: readonly string[]): Promise<number[]> {
  const answer = await fetch('https://prices.example/search', { method: 'POST', body: JSON.stringify(products) })
  return (await answer.json()) as number[]
}

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    const prices = await findPrices(order.products)
    await pool.query('INSERT INTO orders (id, prices) VALUES ($1, $2) ON CONFLICT DO NOTHING', [order.id, prices])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
