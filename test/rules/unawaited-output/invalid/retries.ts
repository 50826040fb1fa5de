import { Kafka, type KafkaMessage } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const remove = (key: Buffer | null) => pool.query('DELETE FROM carts WHERE id = $1', [String(key)])
//                                     ^^^^^^^^^^ related: the output
//                                     ^^^^^^^^^^ related: the output

/** What is tried again later is one finding, however the later try is written. */
async function handle(message: KafkaMessage): Promise<void> {
  try {
    await remove(message.key)
  } catch {
    setTimeout(() => {
//  ^^^^^^^^^^ unawaited-output: The work runs later, from a timer, so the offset is committed whatever becomes of 'handle'. Await the work in the handler.
//  ^^^^^^^^^^ related: called from here
      handle(message)
//    ^^^^^^ related: the output
    }, 1_000)
  }
}
await consumer.run({ eachMessage: async ({ message }) => handle(message) })
//                                                       ^^^^^^ related: called from here

await consumer.run({
  eachMessage: async ({ message }) => {
    setTimeout(() => {
//  ^^^^^^^^^^ unawaited-output: The work runs later, from a timer, so the offset is committed whatever becomes of 'DELETE FROM carts'. Await the work in the handler.
//  ^^^^^^^^^^ related: called from here
      remove(message.key).catch(error => console.error(error))
//    ^^^^^^ related: called from here
    }, 1_000)
  },
})

await consumer.run({
  eachMessage: async ({ message }) => {
    setTimeout(async () => {
//  ^^^^^^^^^^ unawaited-output: The work runs later, from a timer, so the offset is committed whatever becomes of 'DELETE FROM carts'. Await the work in the handler.
//  ^^^^^^^^^^ related: called from here
      await remove(message.key)
//          ^^^^^^ related: called from here
      remove(message.value)
    }, 1_000)
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
