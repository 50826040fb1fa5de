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
//                                         ^^^^^^^^^^ related: written out here
//                                         ^^^^^^^^^^ related: written out here
//                                         ^^^^^^^^^^ related: the output

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

/** A list for each topic. */
const byTopic: Record<string, string[]> = {}
const byOwner = new Map<string, string[]>()
async function flushTopic(topic: string): Promise<void> {
  const all = byTopic[topic] ?? []
  byTopic[topic] = []
  await remove(all)
}
setInterval(async () => {
  for (const all of byOwner.values()) await remove(all)
  byOwner.clear()
}, 1_000)
await consumer.run({
  eachMessage: async ({ topic, message }) => {
    byTopic[topic] ??= []
    byTopic[topic].push(String(message.key))
//  ^^^^^^^^^^^^^^^^^^^ unawaited-output: The record waits in 'byTopic', and the handler may end before 'DELETE FROM carts' has written it, so the offset is committed whatever becomes of it. Write it before the handler ends, or turn auto-commit off and commit what has been written.
    if (byTopic[topic].length >= 10) await flushTopic(topic)
    byOwner.get(String(message.value))?.push(String(message.key))
//  ^^^^^^^^^^^ unawaited-output: The record waits in 'byOwner', and the handler may end before 'DELETE FROM carts' has written it, so the offset is committed whatever becomes of it. Write it before the handler ends, or turn auto-commit off and commit what has been written.
  },
})

/** What is done with them is for somebody else to say. */
export class Bulk {
  private records: string[] = []

  constructor(private readonly processBatch: (records: readonly string[]) => Promise<void>) {
    setInterval(() => void this.flush(), 5_000)
  }

  async start(): Promise<void> {
    await consumer.run({
      eachMessage: async ({ message }) => {
        this.records.push(String(message.value))
//      ^^^^^^^^^^^^^^^^^ unawaited-output: The record waits in 'this.records', and the handler may end before 'this.processBatch' has written it, so the offset is committed whatever becomes of it. Write it before the handler ends, or turn auto-commit off and commit what has been written.
      },
    })
  }

  private async flush(): Promise<void> {
    const all = [...this.records]
    this.records = []
    await this.processBatch(all)
//        ^^^^^^^^^^^^^^^^^ related: written out here
  }
}

/** The handler's own timer is told once, where it is started. */
let waiting: string[] = []
let timer: NodeJS.Timeout | undefined
async function writeOut(): Promise<void> {
  const all = waiting.splice(0)
  timer = undefined
  if (all.length > 0) await remove(all)
//                          ^^^^^^ related: called from here
}
await consumer.run({
  eachMessage: async ({ message }) => {
    waiting.push(String(message.key))
    if (waiting.length === 1 && !timer) timer = setTimeout(writeOut, 3_000)
//                                              ^^^^^^^^^^ unawaited-output: The work runs later, from a timer, so the offset is committed whatever becomes of 'DELETE FROM carts'. Await the work in the handler.
//                                              ^^^^^^^^^^ related: called from here
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
