/** The same work with Tidemark, under each of its guarantees. */

import {
  atLeastOnce,
  atMostOnce,
  bytes,
  createProcessor,
  idempotent,
  json,
  kafka,
  type TraceEvent,
  transactional,
} from '@tidemark/runtime'
import type { KafkaClient } from '../../../runtime/src/clients/client.ts'
import { uniqueName } from '../../harness/topics.ts'
import type { Meter } from './meter.ts'
import { copyOf, type Order, type Task } from './orders.ts'

const setup = 'create table if not exists totals (customer text primary key, cents integer not null)'
const addToTotal =
  'insert into totals (customer, cents) values (?, ?) on conflict (customer) do update set cents = cents + excluded.cents'

export async function readWithTidemark(who: string, isParsed: boolean, task: Task, meter: Meter): Promise<void> {
  const common = {
    client: await clientOf(who, task),
    groupId: uniqueName('bench'),
    topics: [task.topic],
    trigger: 'availableNow' as const,
    ...(who.includes('batches of 100') ? { maxRecordsPerBatch: 100 } : {}),
    trace: (event: TraceEvent) => {
      if (event.kind === 'batchCommitted') meter.committed(event.durationMs)
    },
  }
  if (who.includes('(sqlite)')) return readIntoSqlite(who, common, task, meter)
  const guarantee = who.includes('at-most-once') ? atMostOnce() : atLeastOnce()
  if (isParsed) {
    const processor = createProcessor({ ...common, value: json<Order>(), guarantee })
    processor.foreachBatch(batch => {
      meter.begin()
      for (const { value } of batch) meter.add(value)
      meter.seen += batch.recordCount
    })
    await processor.run()
    return meter.finish(meter.totalCents)
  }
  const processor = createProcessor({ ...common, value: bytes, guarantee })
  processor.foreachBatch(batch => {
    meter.begin()
    for (const record of batch) if (record !== undefined) meter.seen++
  })
  await processor.run()
  meter.finish()
}

async function clientOf(who: string, task: Task): Promise<KafkaClient> {
  if (who.includes('@platformatic')) {
    const { platformatic } = await import('@tidemark/runtime/clients/platformatic')
    return platformatic({ clientId: 'bench', bootstrapBrokers: task.brokers })
  }
  const [{ kafkajs }, { connectKafkajs }] = await Promise.all([
    import('@tidemark/runtime/clients/kafkajs'),
    import('./bareKafkajs.ts'),
  ])
  return kafkajs(connectKafkajs(task.brokers))
}

interface Common {
  readonly client: KafkaClient
  readonly groupId: string
  readonly topics: readonly string[]
  readonly trigger: 'availableNow'
  readonly trace: (event: TraceEvent) => void
}

/** Totals in the database: for `transactional` in the transaction that moves the offsets, else by keyed upserts of sums. */
async function readIntoSqlite(who: string, common: Common, task: Task, meter: Meter): Promise<void> {
  const { sqlite } = await import('@tidemark/runtime/stores/sqlite')
  const store = sqlite(task.scratch, { setup })
  if (who.includes('transactional')) {
    const processor = createProcessor({ ...common, value: json<Order>(), guarantee: transactional(store) })
    processor.foreachBatch((batch, { tx }) => {
      meter.begin()
      const totals = batch.map(({ value }) => [value.customer, value.amountCents]).reduceByKey((a, b) => a + b)
      for (const [customer, cents] of totals.collect()) tx.run(addToTotal, customer, cents)
      meter.seen += batch.recordCount
    })
    await processor.run()
    return meter.finish(await storedTotal(task.scratch))
  }
  const written = new Map<string, number>()
  const processor = createProcessor({ ...common, value: json<Order>(), guarantee: idempotent(store) })
  processor.foreachBatch((batch, { batchId }) => {
    meter.begin()
    let cents = 0
    for (const { value } of batch) {
      meter.add(value)
      cents += value.amountCents
    }
    written.set(batchId, cents)
    meter.seen += batch.recordCount
  })
  await processor.run()
  let total = 0
  for (const cents of written.values()) total += cents
  meter.finish(total)
}

async function storedTotal(path: string): Promise<number> {
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(path, { readOnly: true })
  const row = database.prepare('select sum(cents) as total from totals').get()
  database.close()
  return Number(row?.total)
}

/** Consume, transform, produce: records and offsets in one Kafka transaction a batch. */
export async function copyWithTidemark(task: Task, meter: Meter): Promise<void> {
  const client = await clientOf('', task)
  const topic = uniqueName('bench-out')
  const connection = await client.connect()
  await connection.createTopics([{ topic, partitions: task.partitions }])
  await connection.close()
  const processor = createProcessor({
    client,
    groupId: uniqueName('bench'),
    topics: [task.topic],
    trigger: 'availableNow',
    value: json<Order>(),
    guarantee: transactional(kafka()),
    trace: event => {
      if (event.kind === 'batchCommitted') meter.committed(event.durationMs)
    },
  })
  processor.foreachBatch(async (batch, { tx }) => {
    meter.begin()
    await tx.send(...batch.map(({ value }) => ({ topic, ...copyOf(value) })).collect())
    meter.seen += batch.recordCount
  })
  await processor.run()
  meter.finish()
}
