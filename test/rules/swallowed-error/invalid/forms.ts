import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

class Temporary extends Error {}

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message, pause }) => {
    try {
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
//          ^^^^^^^^^^ related: may fail
//          ^^^^^^^^^^ related: may fail
    } catch (error) {
      if (error instanceof Temporary) {
        pause()
        return
//      ^^^^^^ swallowed-error: A failure of 'DELETE FROM carts' is caught here and the handler goes on, so the offset is committed and the record is lost. Pausing does not bring it back. Throw the error again, or await a dead-letter write first.
      }
      console.error(error)
//    ^^^^^^^^^^^^^ swallowed-error: A failure of 'DELETE FROM carts' is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
    }
    await pool.query('DELETE FROM offers WHERE id = $1', [String(message.key)]).catch(() => undefined)
//        ^^^^^^^^^^ related: may fail
//                                                                              ^^^^^ swallowed-error: A failure of 'DELETE FROM offers' is caught by .catch() and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
  },
})

await consumer.run({
  eachMessage: async ({ message }) => {
    try {
      JSON.parse(String(message.value))
//    ^^^^^^^^^^ related: may fail on a broken record
    } catch {
//    ^^^^^ swallowed-error: A record that 'JSON.parse' cannot read is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
      console.warn('not JSON')
      return
    }
    await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
