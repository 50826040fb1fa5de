import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const pool = new Pool()

const remove = (ids: readonly string[]) => pool.query('DELETE FROM carts WHERE id = ANY($1)', [ids])
//                                         ^^^^^^^^^^ related: written out here
//                                         ^^^^^^^^^^ related: written out here
const consumer = kafka.consumer({ groupId: 'orders' })

/** A list for each owner, made where there is none, written out by the handler itself when it is long enough. */
const byOwner: Record<string, string[]> = {}
await consumer.run({
  eachMessage: async ({ message }) => {
    const owner = String(message.value)
    ;(byOwner[owner] ??= []).push(String(message.key))
//   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unawaited-output: The record waits in 'byOwner', and the handler may end before 'DELETE FROM carts' has written it, so the offset is committed whatever becomes of it. Write it before the handler ends, or turn auto-commit off and commit what has been written.
    if (byOwner[owner].length < 100) return
    await remove(byOwner[owner])
    byOwner[owner] = []
  },
})

/** The same by a name for the list. */
const lists = new Map<string, string[]>()
await consumer.run({
  eachMessage: async ({ message }) => {
    const owner = String(message.value)
    const ids = lists.get(owner) ?? []
    ids.push(String(message.key))
//  ^^^^^^^^ unawaited-output: The record waits in 'lists', and the handler may end before 'DELETE FROM carts' has written it, so the offset is committed whatever becomes of it. Write it before the handler ends, or turn auto-commit off and commit what has been written.
    lists.set(owner, ids)
    if (ids.length >= 100) {
      await remove(ids)
      lists.delete(owner)
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
