// @docs kafkajs: one commit for the batch
import { Kafka } from 'kafkajs'
import type { Pool } from 'pg'

declare const pool: Pool
const kafka = new Kafka({ clientId: 'totals', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'totals' })

async function save(customer: string, count: number): Promise<void> {
  await pool.query('insert into totals values ($1, $2) on conflict do nothing', [customer, count])
}

// Once, after all groups.
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const byCustomer = Map.groupBy(batch.messages, message => String(message.key))
    for (const [customer, orders] of byCustomer) {
      await save(customer, orders.length)
      await heartbeat()
    }
    resolveOffset(batch.lastOffset())
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
