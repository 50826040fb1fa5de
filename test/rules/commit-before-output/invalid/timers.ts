import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const upsert = async (value: unknown): Promise<void> => {
  await pool.query('INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING', [value])
//      ^^^^^^^^^^ related: still running then
//      ^^^^^^^^^^ related: still running then
//      ^^^^^^^^^^ related: still running then
}

/** Tried again later, when the record is done already. */
async function save(value: unknown, attempt = 0): Promise<void> {
  try {
    await upsert(value)
  } catch (error) {
    console.error(error)
    setTimeout(() => upsert(value), 1_000 * attempt)
  }
}

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const next = [{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }]
    if (topic === 'late') {
      setImmediate(() => upsert(message.value))
      await consumer.commitOffsets(next)
//          ^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'consumer.commitOffsets' runs while 'INSERT INTO orders' has not ended, so a failure of it is lost. Commit after the awaited output.
    } else if (topic === 'later') {
      setTimeout(async () => {
        await upsert(message.value)
      }, 100)
      await consumer.commitOffsets(next)
//          ^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'consumer.commitOffsets' runs while 'INSERT INTO orders' has not ended, so a failure of it is lost. Commit after the awaited output.
    } else {
      await save(message.value)
      await consumer.commitOffsets(next)
//          ^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'consumer.commitOffsets' runs while 'INSERT INTO orders' has not ended, so a failure of it is lost. Commit after the awaited output.
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
