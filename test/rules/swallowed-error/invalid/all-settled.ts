import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const remove = (key: Buffer | null) => pool.query('DELETE FROM carts WHERE id = $1', [String(key)])
//                                     ^^^^^^^^^^ related: may fail
//                                     ^^^^^^^^^^ related: may fail

await consumer.run({
  eachBatch: async ({ batch, heartbeat }) => {
    await Promise.allSettled(batch.messages.map(message => remove(message.key)))
//                ^^^^^^^^^^ swallowed-error: Promise.allSettled never fails, and nobody looks at its results: a failure of 'DELETE FROM carts' stays unseen, and the handler goes on, so the offset is committed and the record is lost. Look at the results, or await Promise.all.
    await heartbeat()
  },
})

/** Everything fails through one helper, two calls down; the finding stays with the catch. */
const told = { problems: 0 }
function note(error: unknown): void {
  console.error(error)
  if (told.problems > 10) return
  told.problems++
}

await consumer.run({
  eachMessage: async ({ message }) => {
    try {
      await remove(message.key)
    } catch (error) {
//    ^^^^^ swallowed-error: A failure of 'DELETE FROM carts' is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
      note(error)
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
