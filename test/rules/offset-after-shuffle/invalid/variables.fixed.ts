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
  const { offsetRanges } = batch
  const repartitioned = batch.repartition(8)
  const large = repartitioned.filter(order => order.value.cents > 100)
  // The filter keeps partitions; the shuffle before it has not.
  await large.foreachPartition(async (_, partition) => {
    const range = offsetRanges
    save(range)
  })
})
