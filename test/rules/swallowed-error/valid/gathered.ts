import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

const insert = (value: unknown) => pool.query('INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING', [value])

async function tells(value: unknown): Promise<boolean> {
  return insert(value)
    .then(() => true)
    .catch(() => false)
}

await consumer.run({
  eachBatch: async ({ batch, heartbeat }) => {
    // What became of each is in the results, and they are looked at.
    const results = await Promise.all(batch.messages.map(async one => insert(one.value).catch((error: Error) => ({ error }))))
    if (results.some(one => 'error' in one)) throw new Error('some failed')
    const isSaved = await Promise.all(
      batch.messages.map(async one => {
        try {
          await insert(one.value)
          return true
        } catch (error) {
          console.error(error)
          return false
        }
      }),
    )
    if (isSaved.includes(false)) throw new Error('some failed')
    const kept = batch.messages.map(async one => {
      try {
        await insert(one.value)
        return undefined
      } catch (error) {
        return error
      }
    })
    const failed = (await Promise.all(kept)).filter(error => error !== undefined)
    if (failed.length > 0) throw failed[0]
    for (const one of batch.messages) {
      if (!(await tells(one.value))) throw new Error('not saved')
      await heartbeat()
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
