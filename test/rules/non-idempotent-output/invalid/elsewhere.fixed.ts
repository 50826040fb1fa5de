import { Kafka, type KafkaMessage } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({ eachMessage: async ({ message }) => handle(message) })

async function handle(message: KafkaMessage): Promise<void> {
  const order = JSON.parse(String(message.value))
  await store(order)
  await fetch('https://billing.example/invoices', { method: 'POST', body: JSON.stringify(order) })
}

const insert = 'insert into orders (customer, cents) values ($1, $2) on conflict do nothing'

async function store(order: { customer: string; cents: number }): Promise<void> {
  await pool.query(insert, [order.customer, order.cents])
}

process.once('SIGTERM', () => void consumer.disconnect())
