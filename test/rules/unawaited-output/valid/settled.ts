import { createServer } from 'node:http'
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

/** The chain settles the promise that is returned. */
const remove = (id: string) =>
  new Promise<void>((resolve, reject) => {
    pool
      .query('DELETE FROM carts WHERE id = $1', [id])
      .then(() => resolve())
      .catch(reject)
  })

await consumer.run({ eachMessage: async ({ message }) => remove(String(message.key)) })

// Not a handler of records: a request has no offset.
createServer((request, response) => {
  pool.query('DELETE FROM carts WHERE id = $1', [request.url])
  response.end()
})

process.once('SIGTERM', () => void consumer.disconnect())
