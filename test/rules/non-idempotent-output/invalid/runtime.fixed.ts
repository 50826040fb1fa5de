import { DatabaseSync } from 'node:sqlite'
import { transactional, createProcessor, json } from '@tidemark/runtime'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { sqlite } from '@tidemark/runtime/stores/sqlite'
import { Kafka } from 'kafkajs'

interface Order {
  readonly customer: string
  readonly cents: number
}

const database = new DatabaseSync('totals.db')
const processor = createProcessor({
  client: kafkajs(new Kafka({ brokers: ['localhost:9092'] })),
  groupId: 'totals',
  topics: ['orders'],
  value: json<Order>(),
  guarantee: transactional(sqlite('totals.db')),
  startingOffsets: 'earliest',
  onDataLoss: 'fail',
})

processor.foreachBatch(async (batch, { tx }) => {
  const totals = batch.map(order => [order.value.customer, order.value.cents] as const).reduceByKey((a, b) => a + b)
  for (const [customer, cents] of totals.collect()) {
    // one row a customer and batch
    tx.run('insert into totals (customer, cents) values (?, ?)', customer, cents)
  }
})
