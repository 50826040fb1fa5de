import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const insert = (value: unknown) => pool.query('INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING', [value])
//                                 ^^^^^^^^^^ related: may fail
//                                 ^^^^^^^^^^ related: may fail
//                                 ^^^^^^^^^^ related: may fail

/** Whoever waits for it is told nothing. */
function quiet(value: unknown) {
  return insert(value).catch(() => undefined)
//                     ^^^^^ swallowed-error: A failure of 'INSERT INTO orders' is caught by .catch() and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
}
const logged = (value: unknown) => insert(value).catch(error => console.error(error))
//                                               ^^^^^ swallowed-error: A failure of 'INSERT INTO orders' is caught by .catch() and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.

await consumer.run({
  eachMessage: async ({ message }) => {
    await quiet(message.value)
    await logged(message.key)
    await Promise.all([message.value, message.key].map(async one => insert(one).catch(error => console.error(error))))
//                                                                              ^^^^^ swallowed-error: A failure of 'INSERT INTO orders' is caught by .catch() and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
