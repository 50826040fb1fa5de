import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const pool = new Pool()

const remove = (ids: readonly string[]) => pool.query('DELETE FROM carts WHERE id = ANY($1)', [ids])
//                                         ^^^^^^^^^^ related: written out here
//                                         ^^^^^^^^^^ related: written out here
//                                         ^^^^^^^^^^ related: written out here
//                                         ^^^^^^^^^^ related: written out here
//                                         ^^^^^^^^^^ related: written out here
//                                         ^^^^^^^^^^ related: written out here

/** A timer writes out. */
class Carts {
  private readonly consumer = kafka.consumer({ groupId: 'carts' })
  private buffer: string[] = []

  async start(): Promise<void> {
    setInterval(() => void this.flush(), 1_000)
    await this.consumer.run({ eachMessage: async ({ message }) => this.handle(String(message.key)) })
    process.once('SIGTERM', () => void this.consumer.disconnect())
  }

  private handle(id: string): void {
    this.buffer.push(id)
//  ^^^^^^^^^^^^^^^^ unawaited-output: The record waits in 'this.buffer', and the handler may end before 'DELETE FROM carts' has written it, so the offset is committed whatever becomes of it. Write it before the handler ends, or turn auto-commit off and commit what has been written.
  }

  private async flush(): Promise<void> {
    if (this.buffer.length === 0) return
    const ids = this.buffer.splice(0)
    await remove(ids)
  }
}
await new Carts().start()

const consumer = kafka.consumer({ groupId: 'orders' })

/** At a threshold: what is below it stays, and its offsets are committed. */
let ids: string[] = []
async function flush(): Promise<void> {
  const all = ids
  ids = []
  await remove(all)
}
await consumer.run({
  eachMessage: async ({ message }) => {
    ids.push(String(message.key))
//  ^^^^^^^^ unawaited-output: The record waits in 'ids', and the handler may end before 'DELETE FROM carts' has written it, so the offset is committed whatever becomes of it. Write it before the handler ends, or turn auto-commit off and commit what has been written.
    if (ids.length >= 100) await flush()
  },
})

/** The last state of each, written out by another function. */
const latest = new Map<string, string>()
setInterval(async () => {
  for (const [id] of latest) await remove([id])
  latest.clear()
}, 1_000)
await consumer.run({
  eachMessage: async ({ message }) => {
    latest.set(String(message.key), String(message.value))
//  ^^^^^^^^^^ unawaited-output: The record waits in 'latest', and the handler may end before 'DELETE FROM carts' has written it, so the offset is committed whatever becomes of it. Write it before the handler ends, or turn auto-commit off and commit what has been written.
  },
})

/** A worker takes one after the other. */
const queue: { id: string }[] = []
setInterval(async () => {
  const next = queue.shift()
  if (next) await remove([next.id])
}, 10)
await consumer.run({
  eachBatch: async ({ batch }) => {
    batch.messages.forEach(message => queue.push({ id: String(message.key) }))
//                                    ^^^^^^^^^^ unawaited-output: The record waits in 'queue', and the handler may end before 'DELETE FROM carts' has written it, so the offset is committed whatever becomes of it. Write it before the handler ends, or turn auto-commit off and commit what has been written.
  },
})

let rows: string[] = []
const byId: Record<string, string> = {}
setInterval(async () => {
  await Promise.all(rows.map(id => remove([id])))
  for (const id of Object.keys(byId)) await remove([id])
}, 1_000)
await consumer.run({
  eachMessage: async ({ message }) => {
    rows = [...rows, String(message.key)]
//  ^^^^ unawaited-output: The record waits in 'rows', and the handler may end before 'DELETE FROM carts' has written it, so the offset is committed whatever becomes of it. Write it before the handler ends, or turn auto-commit off and commit what has been written.
    byId[String(message.key)] = String(message.value)
//  ^^^^^^^^^^^^^^^^^^^^^^^^^ unawaited-output: The record waits in 'byId', and the handler may end before 'DELETE FROM carts' has written it, so the offset is committed whatever becomes of it. Write it before the handler ends, or turn auto-commit off and commit what has been written.
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
