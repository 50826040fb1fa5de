import { Kafka, type KafkaMessage } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

await consumer.run({ eachMessage: async ({ message }) => handle(message) })
//                                                       ^^^^^^ related: called from the handler here
//                                                       ^^^^^^ related: called from the handler here

async function handle(message: KafkaMessage): Promise<void> {
  const order = JSON.parse(String(message.value))
  await store(order)
//      ^^^^^ related: called from the handler here
  await fetch('https://billing.example/invoices', { method: 'POST', body: JSON.stringify(order) })
//      ^^^^^ non-idempotent-output: 'POST request' runs again when the record is delivered again (no idempotency key), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
}

const insert = 'insert into orders (customer, cents) values ($1, $2)'

async function store(order: { customer: string; cents: number }): Promise<void> {
  await pool.query(insert, [order.customer, order.cents])
//      ^^^^^^^^^^ non-idempotent-output: 'INSERT INTO orders' runs again when the record is delivered again (no ON CONFLICT clause), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
}

process.once('SIGTERM', () => void consumer.disconnect())
