import { Kafka, type KafkaMessage } from 'kafkajs'
import { knex } from 'knex'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const pool = new Pool()
const consumer = kafka.consumer({ groupId: 'orders' })
const db = knex({ client: 'pg' })
const running = new Set<Promise<unknown>>()

async function remove(id: string): Promise<number> {
  const { rowCount } = await pool.query('DELETE FROM carts WHERE id = $1', [id])
  return rowCount ?? 0
}

declare const mapper: { create(message: KafkaMessage): { readonly id: string } }

function keyOf(text: string): string {
  return text.trim()
}

/** Waited for later, handed on, given back, chained, or waited for by a function inside. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const key = keyOf(String(message.key))
    const removed = remove(key)
    console.log('removing', key)
    if ((await removed) === 0) console.log('nothing of', key)
  },
})
await consumer.run({
  eachMessage: async ({ message }) => {
    const one = remove(String(message.key))
    const two = remove(String(message.value))
    await Promise.all([one, two])
    const three = remove(String(message.offset))
    const all = { three }
    await all.three
    const four = remove(String(message.timestamp))
    const wait = async () => {
      await four
    }
    await wait()
    const five = remove('five')
    running.add(five)
    await Promise.all(running)
    const query = db('carts').delete()
    await query.where({ id: String(message.key) })
    const entry = mapper.create(message)
    console.log(entry.id)
    const last = remove('last')
    return last.then(() => undefined)
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
