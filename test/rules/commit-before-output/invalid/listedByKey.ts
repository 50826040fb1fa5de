import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const pool = new Pool()

const remove = (ids: readonly string[]) => pool.query('DELETE FROM carts WHERE id = ANY($1)', [ids])
//                                         ^^^^^^^^^^ related: writes out those of one key
const consumer = kafka.consumer({ groupId: 'orders' })

const byOwner = new Map<string, string[]>()
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const owner = String(message.value)
    const ids = byOwner.get(owner) ?? []
    ids.push(String(message.key))
    byOwner.set(owner, ids)
    if (ids.length < 100) return
    await remove(ids)
    byOwner.delete(owner)
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
//        ^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'consumer.commitOffsets' also marks records of other keys done, which wait in 'byOwner' until 'DELETE FROM carts' is called for them: a crash before that loses them. Commit no further than the oldest record that still waits.
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
