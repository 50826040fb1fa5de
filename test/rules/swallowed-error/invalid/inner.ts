import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const remove = (key: unknown) => pool.query('DELETE FROM carts WHERE id = $1', [String(key)])
//                               ^^^^^^^^^^ related: may fail
//                               ^^^^^^^^^^ related: may fail

/** Ends well in any case. */
const removed = (key: unknown): Promise<void> =>
  new Promise(resolve => {
    remove(key)
      .then(() => resolve())
      .catch(error => {
//     ^^^^^ swallowed-error: A failure of 'DELETE FROM carts' is caught by .catch() and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
        console.error(error)
        resolve()
      })
  })

async function quiet(key: unknown): Promise<void> {
  try {
    await remove(key)
  } catch (error) {
//  ^^^^^ swallowed-error: A failure of 'DELETE FROM carts' is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
    console.error(error)
  }
}

await consumer.run({
  eachMessage: async ({ message }) => {
    await removed(message.key)
    await quiet(message.key)
  },
})
