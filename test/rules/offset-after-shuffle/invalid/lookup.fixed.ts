// @docs A lookup by the partition of the sums
import { DatabaseSync } from 'node:sqlite'
import { atLeastOnce, createProcessor, json, type OffsetRange } from '@tidemark/runtime'
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

declare function save(ranges: OffsetRange | readonly OffsetRange[] | undefined): void

processor.foreachBatch(async batch => {
  const totals = batch.map(order => [order.value.customer, order.value.cents] as const).reduceByKey((a, b) => a + b)
  await totals.foreachPartition((rows, { index }) => {
    for (const [customer, cents] of rows) database.prepare('replace into totals values (?, ?)').run(customer, cents)
    save(batch.offsetRanges)
  })
})
