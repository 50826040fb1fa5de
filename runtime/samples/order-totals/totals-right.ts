/**
 * What each customer has ordered, exactly once: totals and offsets are saved in one SQLite transaction.
 *
 * Kill it at any moment and start it again: no order is lost and none is counted twice.
 */
import { createProcessor, json, transactional } from '@tidemark/runtime'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { sqlite } from '@tidemark/runtime/stores/sqlite'
import { databasePath, groupId, instance, kafka, type Order, topic } from './order.ts'

const setup = 'create table if not exists totals (customer text primary key, cents integer not null)'
const addToTotal =
  'insert into totals (customer, cents) values (?, ?) on conflict (customer) do update set cents = cents + excluded.cents'

const processor = createProcessor({
  client: kafkajs(kafka),
  groupId,
  topics: [topic],
  value: json<Order>(),
  guarantee: transactional(sqlite(databasePath, { setup })),
  startingOffsets: 'earliest',
  onDataLoss: 'fail',
  maxRecordsPerBatch: 1_000,
  ...instance,
})

processor.foreachBatch((batch, { tx }) => {
  const totals = batch.map(order => [order.value.customer, order.value.amountCents]).reduceByKey((a, b) => a + b)
  for (const [customer, cents] of totals.collect()) tx.run(addToTotal, customer, cents)
})

await processor.run()
