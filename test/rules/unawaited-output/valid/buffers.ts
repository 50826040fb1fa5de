import { createServer } from 'node:http'
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const pool = new Pool()

const remove = (ids: readonly string[]) => pool.query('DELETE FROM carts WHERE id = ANY($1)', [ids])
const consumer = kafka.consumer({ groupId: 'orders' })

/** A list of the handler's own, written before it ends. */
await consumer.run({
  eachBatch: async ({ batch }) => {
    const ids: string[] = []
    for (const message of batch.messages) ids.push(String(message.key))
    await remove(ids)
  },
})

/** Filled up to a threshold, and emptied at the end of the batch. */
class Carts {
  private ids: string[] = []

  async add(id: string): Promise<void> {
    this.ids.push(id)
    if (this.ids.length >= 100) await this.flush()
  }

  async flush(): Promise<void> {
    if (!this.ids.length) return
    await remove(this.ids)
    this.ids = []
  }
}
const carts = new Carts()
await consumer.run({
  eachBatch: async ({ batch, heartbeat }) => {
    for (const message of batch.messages) {
      await carts.add(String(message.key))
      await heartbeat()
    }
    await carts.flush()
  },
})

const queue: string[] = []
await consumer.run({
  eachMessage: async ({ message }) => {
    queue.push(String(message.key))
    while (queue.length > 0) await remove([queue.shift() ?? ''])
  },
})

/** Committed by hand, and only behind what was written. */
let ids: string[] = []
async function flush(): Promise<void> {
  const all = ids
  ids = []
  await remove(all)
}
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    ids.push(String(message.key))
    if (ids.length < 100) return
    await flush()
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
  },
})

/** Resolved behind what was written: the rest is read again. */
let kept: string[] = []
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    for (const message of batch.messages) {
      kept.push(String(message.key))
      if (kept.length > 10) {
        await remove(kept)
        kept = []
        resolveOffset(message.offset)
      }
      await heartbeat()
    }
  },
})

/** Whoever writes it out tells the handler that waits. */
const waiting: { id: string; resolve: () => void }[] = []
setInterval(async () => {
  for (const { id, resolve } of waiting.splice(0)) {
    await remove([id])
    resolve()
  }
}, 100)
await consumer.run({
  eachMessage: async ({ message }) => {
    await new Promise<void>(resolve => {
      waiting.push({ id: String(message.key), resolve })
    })
  },
})

/** A cache: looked up by its key, and never written out. */
const owners = new Map<string, string>()
await consumer.run({
  eachMessage: async ({ message }) => {
    const owner = owners.get(String(message.key))
    if (owner) await remove([owner])
    owners.set(String(message.key), String(message.value))
  },
})

/** Numbers that only measure. */
const latenciesMs: number[] = []
setInterval(() => void fetch('http://localhost/measured', { method: 'POST', body: latenciesMs.splice(0).join() }), 1_000)
await consumer.run({
  eachMessage: async ({ message }) => {
    latenciesMs.push(Number(message.timestamp))
  },
})

/** Grouped by the handler, and written before it ends. */
await consumer.run({
  eachBatch: async ({ batch, heartbeat }) => {
    const byOwner = new Map<string, string[]>()
    for (const message of batch.messages) {
      const owner = String(message.value)
      byOwner.set(owner, byOwner.get(owner) ?? [])
      byOwner.get(owner)?.push(String(message.key))
    }
    for (const ids of byOwner.values()) {
      await remove(ids)
      await heartbeat()
    }
  },
})

/** A state that later records are compared with. */
const lastIds: string[] = []
const idsByOwner: Record<string, string[]> = {}
await consumer.run({
  eachMessage: async ({ message }) => {
    const owner = String(message.value)
    await remove([...lastIds, ...(idsByOwner[owner] ?? []), String(message.key)])
    lastIds.push(String(message.key))
    if (lastIds.length > 10) lastIds.shift()
    idsByOwner[owner]?.push(String(message.key))
  },
})

/** Kept to be asked for. */
const recent: string[] = []
createServer((_, response) => {
  response.end(JSON.stringify(recent.slice(-10)))
})
await consumer.run({
  eachMessage: async ({ message }) => {
    recent.push(String(message.key))
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
