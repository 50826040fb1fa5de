import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const remove = (key: Buffer | null) => pool.query('DELETE FROM carts WHERE id = $1', [String(key)])
//                                     ^^^^^^^^^^ related: not begun yet
//                                     ^^^^^^^^^^ related: not begun yet
//                                     ^^^^^^^^^^ related: may still be running

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const offset = (BigInt(message.offset) + 1n).toString()
    consumer.commitOffsets([{ topic, partition, offset }])
//  ^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'consumer.commitOffsets' is sent before 'DELETE FROM carts' has begun, and nobody waits for it: where it arrives first, a failure or a crash loses the record. Commit after the awaited output.
    await remove(message.key)
  },
})

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const offset = (BigInt(message.offset) + 1n).toString()
    consumer.commitOffsets([{ topic, partition, offset }]).catch(console.error)
//  ^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'consumer.commitOffsets' is sent before 'DELETE FROM carts' has begun, and nobody waits for it: where it arrives first, a failure or a crash loses the record. Commit after the awaited output.
    await remove(message.key)
  },
})

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const offset = (BigInt(message.offset) + 1n).toString()
    await Promise.all([remove(message.key), consumer.commitOffsets([{ topic, partition, offset }])])
//                                          ^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'consumer.commitOffsets' runs beside 'DELETE FROM carts' and may end first: a failure or a crash then loses the record. Commit after the awaited output.
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
