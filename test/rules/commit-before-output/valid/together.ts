import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const remove = (key: Buffer | null) => pool.query('DELETE FROM carts WHERE id = $1', [String(key)])

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    for (let start = 0; start < batch.messages.length; start += 50) {
      const chunk = batch.messages.slice(start, start + 50)
      await Promise.all(chunk.map(async message => void (await remove(message.key))))
      const last = chunk.at(-1)
      if (last) resolveOffset(last.offset)
      await heartbeat()
    }
  },
})

/** Commits up to the first record that is not done. */
class LowWater {
  readonly #pending: bigint[] = []
  readonly #done = new Set<bigint>()

  begin(offset: string): void {
    this.#pending.push(BigInt(offset))
  }

  async end(topic: string, partition: number, offset: string): Promise<void> {
    this.#done.add(BigInt(offset))
    let next: bigint | undefined
    while (this.#pending[0] !== undefined && this.#done.has(this.#pending[0])) next = (this.#pending.shift() as bigint) + 1n
    if (next !== undefined) await consumer.commitOffsets([{ topic, partition, offset: next.toString() }])
  }
}

const lowWater = new LowWater()

await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch: { topic, partition, messages } }) => {
    for (const { offset } of messages) lowWater.begin(offset)
    await Promise.all(
      messages.map(async message => {
        await remove(message.key)
        await lowWater.end(topic, partition, message.offset)
      }),
    )
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
