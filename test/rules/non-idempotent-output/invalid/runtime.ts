import { DatabaseSync } from 'node:sqlite'
import { atLeastOnce, createProcessor, json } from '@tidemark/runtime'
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
  guarantee: atLeastOnce({ store: sqlite('totals.db') }),
  startingOffsets: 'earliest',
  onDataLoss: 'fail',
})

processor.foreachBatch(async batch => {
  const totals = batch.map(order => [order.value.customer, order.value.cents] as const).reduceByKey((a, b) => a + b)
  for (const [customer, cents] of totals.collect()) {
    // one row a customer and batch
    database.prepare('insert into totals (customer, cents) values (?, ?)').run(customer, cents)
//  ^^^^^^^^^^^^^^^^ non-idempotent-output: 'INSERT INTO totals' runs again when the record is delivered again (no ON CONFLICT clause), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
  }
})
