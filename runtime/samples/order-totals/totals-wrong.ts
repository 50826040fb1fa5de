/**
 * The same totals, wrong in two ways that look right. It runs, and as long as nothing dies its sums are correct.
 *
 * Kill it between a save and the commit of its offsets: the batch runs again, and its sums are inserted a second time.
 */
import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { atLeastOnce, createProcessor, json, type OffsetRange } from '@tidemark/runtime'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { sqlite } from '@tidemark/runtime/stores/sqlite'
import { databasePath, groupId, instance, kafka, type Order, topic } from './order.ts'

const database = new DatabaseSync(databasePath, { timeout: 5_000 })
database.exec('create table if not exists totals (customer text not null, cents integer not null)')

const processor = createProcessor({
  client: kafkajs(kafka),
  groupId,
  topics: [topic],
  value: json<Order>(),
  guarantee: atLeastOnce({ store: sqlite(databasePath) }),
  startingOffsets: 'earliest',
  onDataLoss: 'fail',
  maxRecordsPerBatch: 1_000,
  ...instance,
})

processor.foreachBatch(async batch => {
  const totals = batch.map(order => [order.value.customer, order.value.amountCents]).reduceByKey((a, b) => a + b)
  await totals.foreachPartition((rows, { index }) => {
    for (const [customer, cents] of rows) {
      database.prepare('insert into totals (customer, cents) values (?, ?)').run(customer, cents)
    }
    saveProgress(batch.offsetRanges[index])
  })
})

/** Notes, for whoever looks after the totals, how far they have come. */
function saveProgress(ranges: OffsetRange | readonly OffsetRange[] | undefined): void {
  for (const { topic, partition, untilOffset } of [ranges ?? []].flat()) {
    writeFileSync(`${databasePath}.${topic}-${partition}.progress`, `${untilOffset}`)
  }
}

await processor.run()
