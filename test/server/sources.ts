/** Small pipelines that the doors' tests analyse. What rules find in depth is the matter of `test/rules`. */

/** One finding: `non-idempotent-output` on the INSERT. */
export const doublingPipeline = `import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const consumer = new Kafka({ clientId: 'shop', brokers: ['localhost:9092'] }).consumer({ groupId: 'totals' })
const db = new Pool()

await consumer.subscribe({ topic: 'orders' })
await consumer.run({
  eachMessage: async ({ message }) => {
    await db.query('INSERT INTO totals (amount) VALUES ($1)', [message.value])
  },
})
`

/** The same, and right. */
export const repeatablePipeline = doublingPipeline.replace(
  'INSERT INTO totals (amount) VALUES ($1)',
  'INSERT INTO totals (amount) VALUES ($1) ON CONFLICT DO NOTHING',
)

/** The handler is right; its helper, in another file, is not. */
export const callingPipeline = `import { Kafka } from 'kafkajs'
import { save } from './helper.ts'

const consumer = new Kafka({ clientId: 'shop', brokers: ['localhost:9092'] }).consumer({ groupId: 'totals' })

await consumer.subscribe({ topic: 'orders' })
await consumer.run({
  eachMessage: async ({ message }) => {
    await save(message.value)
  },
})
`

export const doublingHelper = `import { Pool } from 'pg'

const db = new Pool()

export async function save(amount: Buffer | null): Promise<void> {
  await db.query('INSERT INTO totals (amount) VALUES ($1)', [amount])
}
`

export const repeatableHelper = doublingHelper.replace(
  'INSERT INTO totals (amount) VALUES ($1)',
  'INSERT INTO totals (amount) VALUES ($1) ON CONFLICT DO NOTHING',
)
