import { DatabaseSync } from 'node:sqlite'
import { atLeastOnce, createProcessor, json, type OffsetRange } from '@tidemark/runtime'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { sqlite } from '@tidemark/runtime/stores/sqlite'
import { Kafka } from 'kafkajs'
import { rangeOf, sumByCustomer } from './_helpers.ts'

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
  const totals = sumByCustomer(batch)
  await totals.foreachPartition((_, { index }) => save(rangeOf(batch.offsetRanges, index)))
})

processor.foreachBatch(async batch => {
  const totals = sumByCustomer(batch)
  await totals.foreachPartition((_, { index }) => save(batch.offsetRanges))
})
