import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const save = async (id: string) => {
  await pool.query('DELETE FROM carts WHERE id = $1', [id])
//      ^^^^^^^^^^ related: the output
//      ^^^^^^^^^^ related: the output
//      ^^^^^^^^^^ related: the output
//      ^^^^^^^^^^ related: the output
//      ^^^^^^^^^^ related: the output
//      ^^^^^^^^^^ related: the output
}

await consumer.run({
  eachBatch: async ({ batch, heartbeat }) => {
    batch.messages.forEach(async message => {
//  ^^^^^^^^^^^^^^^^^^^^^^ unawaited-output: 'forEach' does not wait for async functions, so the offset is committed whatever becomes of 'DELETE FROM carts'. Use for…of with await, or await Promise.all over map.
//                 ^^^^^^^ related: called from here
      await save(String(message.key))
//          ^^^^ related: called from here
      await heartbeat()
    })
  },
})

await consumer.run({
  eachMessage: async ({ message }) => {
    save(String(message.key))
//  ^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'DELETE FROM carts'. Await it, or return it.
//  ^^^^ related: called from here
    const unread = save(String(message.key))
//                 ^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'DELETE FROM carts'. Await it, or return it.
//                 ^^^^ related: called from here
    save(String(message.key))
//  ^^^^ unawaited-output: The promise is handled aside and not awaited, so the offset is committed whatever becomes of 'DELETE FROM carts'. Await the chain, and let its error reach the client.
//  ^^^^ related: called from here
      .then(() => console.log('saved'))
      .catch(error => console.error(error))
    setTimeout(() => save(String(message.key)), 100)
//  ^^^^^^^^^^ unawaited-output: The work runs later, from a timer, so the offset is committed whatever becomes of 'DELETE FROM carts'. Await the work in the handler.
//  ^^^^^^^^^^ related: called from here
//                   ^^^^ related: called from here
    new Promise<void>(resolve => save(String(message.key)).then(() => resolve()))
//  ^^^^^^^^^^^ unawaited-output: The new promise is dropped, so the offset is committed whatever becomes of 'DELETE FROM carts'. Await it.
//      ^^^^^^^ related: called from here
//                               ^^^^ related: called from here
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
