import { createProcessor, json, transactional } from '@tidemark/runtime'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { sqlite } from '@tidemark/runtime/stores/sqlite'
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ brokers: ['localhost:9092'] })
const processor = createProcessor({
  client: kafkajs(kafka),
  groupId: 'totals',
  topics: ['orders'],
  value: json<{ customer: string; cents: number }>(),
  guarantee: transactional(sqlite('totals.db')),
  startingOffsets: 'earliest',
  onDataLoss: 'fail',
})

processor.foreachBatch((batch, { tx }) => {
  // In the transaction that holds the offsets: both or neither.
  for (const order of batch) tx.run('insert into orders values (?, ?)', order.value.customer, order.value.cents)
})

const producer = kafka.producer({ transactionalId: 'enrich-orders', idempotent: true, maxInFlightRequests: 1 })
const consumer = kafka.consumer({ groupId: 'enrich' })
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const transaction = await producer.transaction()
    try {
      await transaction.send({ topic: 'enriched', messages: [{ key: message.key, value: message.value }] })
      const offset = (BigInt(message.offset) + 1n).toString()
      await transaction.sendOffsets({ consumerGroupId: 'enrich', topics: [{ topic, partitions: [{ partition, offset }] }] })
      await transaction.commit()
    } catch (error) {
      await transaction.abort()
      throw error
    }
  },
})

// No handler: what runs once at the start is not redelivered.
await producer.send({ topic: 'started', messages: [{ value: 'up' }] })
process.once('SIGTERM', () => void consumer.disconnect())
