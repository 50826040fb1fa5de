import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer()
const pool = new Pool()

/** Tells by its result that the text is no JSON; the caller puts the record aside. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = parse(String(message.value))
    if (order === undefined) {
      await producer.send({ topic: 'orders.dlq', messages: [{ value: message.value }] })
      return
    }
    const problems: unknown[] = []
    for (const table of ['orders', 'carts']) {
      try {
        await pool.query(`DELETE FROM ${table} WHERE id = $1`, [String(message.key)])
      } catch (error) {
        problems.push(error)
      }
    }
    if (problems.length > 0) throw new AggregateError(problems)
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
