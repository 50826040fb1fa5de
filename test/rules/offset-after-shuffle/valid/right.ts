// @docs All ranges of the batch
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
  for (const [customer, cents] of totals.collect()) database.prepare('replace into totals values (?, ?)').run(customer, cents)
  // On the driver's side, after the action: every range, whatever the shuffle did.
  save(batch.offsetRanges)
  for (const range of batch.offsetRanges) save(range)
})

processor.foreachBatch(async batch => {
  // A shuffle of another dataset: these partitions are still those of Kafka.
  const distinct = batch.map(order => order.value.customer).distinct()
  void distinct.count()
  const filtered = batch.filter(order => order.value.cents > 0)
  await filtered.foreachPartition((_, { index }) => save(batch.offsetRanges[index]))
})

processor.foreachPartition(async (records, { offsetRange }) => {
  for (const record of records) database.prepare('replace into seen values (?)').run(String(record.offset))
  save(offsetRange)
})

const ranges: OffsetRange[] = []
const shuffled = ['a', 'b']
// Names that look alike, and no dataset behind them.
for (const [index] of shuffled.entries()) save(ranges[index])
