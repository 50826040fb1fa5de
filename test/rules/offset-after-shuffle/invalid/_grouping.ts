import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs'
import type { Pool } from 'pg'

export function byCustomer(messages: readonly KafkaMessage[]): Record<string, KafkaMessage[]> {
  const groups: Record<string, KafkaMessage[]> = {}
  messages.forEach(message => {
    const customer = customerOf(message)
    ;(groups[customer] ??= []).push(message)
  })
  return groups
}

function customerOf(message: KafkaMessage): string {
  return JSON.parse(String(message.value)).customer
}

export async function save(pool: Pool, customer: string, orders: readonly KafkaMessage[]): Promise<void> {
  await pool.query('insert into totals values ($1, $2) on conflict do nothing', [customer, orders.length])
}

export async function finish(consumer: Consumer, batch: EachBatchPayload['batch'], offset: string): Promise<void> {
  const next = (BigInt(offset) + 1n).toString()
  await consumer.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset: next }])
}
