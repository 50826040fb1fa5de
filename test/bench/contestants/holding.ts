/** The pipeline whose memory is watched: `holding.ts <task as JSON>`, one line of JSON every so many records. */
import {
  atLeastOnce,
  createProcessor,
  json,
  type ProcessorOptions,
  silentTrace,
  transactional,
} from '@tidemark/runtime'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { sqlite } from '@tidemark/runtime/stores/sqlite'
import { uniqueName } from '../../harness/topics.ts'
import { connectKafkajs } from './bareKafkajs.ts'
import type { Order } from './orders.ts'

export interface HoldingTask {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly records: number
  readonly everyRecords: number
  readonly guarantee: string
  /** The database of the transactional pipeline. */
  readonly path: string
}

export interface Held {
  readonly records: number
  /** Of the whole process, as the system counts it. */
  readonly residentMb: number
  /** What is left after a full collection: heap, and buffers outside it. */
  readonly liveMb: number
}

const task: HoldingTask = JSON.parse(process.argv[2] ?? '{}')
const common: Omit<ProcessorOptions<Order, never>, 'guarantee'> = {
  client: kafkajs(connectKafkajs(task.brokers)),
  groupId: uniqueName('holding'),
  topics: [task.topic],
  value: json<Order>(),
  trace: silentTrace,
}
let seen = 0
let told = 0

function count(records: number): void {
  seen += records
  while (seen >= told + task.everyRecords || (seen >= task.records && told < task.records)) {
    told = Math.min(told + task.everyRecords, task.records)
    const residentMb = process.memoryUsage.rss() >> 20
    globalThis.gc?.()
    const { heapUsed, external, arrayBuffers } = process.memoryUsage()
    const held: Held = { records: told, residentMb, liveMb: Math.round((heapUsed + external + arrayBuffers) / 2 ** 20) }
    console.log(JSON.stringify(held))
  }
}

if (task.guarantee === 'at-least-once') {
  const processor = createProcessor({ ...common, guarantee: atLeastOnce() })
  processor.foreachBatch(batch => {
    count(batch.map(({ value }) => value.amountCents).count())
    if (seen >= task.records) void processor.stop()
  })
  await processor.run()
} else {
  const setup = 'create table if not exists totals (customer text primary key, cents integer not null)'
  const addToTotal =
    'insert into totals (customer, cents) values (?, ?) on conflict (customer) do update set cents = cents + excluded.cents'
  const processor = createProcessor({ ...common, guarantee: transactional(sqlite(task.path, { setup })) })
  processor.foreachBatch((batch, { tx }) => {
    const totals = batch.map(({ value }) => [value.customer, value.amountCents]).reduceByKey((a, b) => a + b)
    for (const [customer, cents] of totals.collect()) tx.run(addToTotal, customer, cents)
    count(batch.recordCount)
    if (seen >= task.records) void processor.stop()
  })
  await processor.run()
}
