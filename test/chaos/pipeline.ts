/**
 * The pipeline that is killed, frozen and cut off: copies each record's id to an outcome that shows every double.
 *
 * Every write is plain: a row for each time a record took effect. Only the guarantee stands between a crash and a double.
 */
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import type { KafkaClient } from '../../runtime/src/clients/client.ts'
import { kafkajs } from '../../runtime/src/clients/kafkajs.ts'
import type { Batch } from '../../runtime/src/dataset/batch.ts'
import {
  atLeastOnce,
  atMostOnce,
  createProcessor,
  type Guarantee,
  idempotent,
  kafka,
  type ProcessorOptions,
  type Trace,
  text,
  transactional,
} from '../../runtime/src/index.ts'
import { verboseTrace, warningsTrace } from '../../runtime/src/trace.ts'
import { deafClient } from './deaf.ts'
import { breakGuarantee, type Flaw, forgettingPlans } from './flaws.ts'
import { type PipelineSettings, readSettings } from './settings.ts'
import { outcomeTable, sqlStore, storeOf, writeOutcome } from './stores.ts'

const settings = readSettings(process.env)
const whole = await openClient(settings)
const client = settings.isDeaf ? deafClient(whole) : whole

const tell = process.env.CHAOS_VERBOSE ? verboseTrace : warningsTrace
const trace: Trace = event => {
  if (event.kind === 'assigned') console.log(`assigned ${event.partitions.length}`)
  tell(event)
}
const common: Omit<ProcessorOptions<string, never>, 'guarantee'> = {
  client,
  groupId: settings.groupId,
  topics: [settings.topic],
  value: text,
  maxRecordsPerBatch: 100,
  sessionTimeoutMs: settings.sessionTimeoutMs,
  rebalanceTimeoutMs: settings.sessionTimeoutMs * 2,
  groupInstanceId: settings.instance,
  startingOffsets: 'earliest',
  trigger: settings.isLast ? 'availableNow' : 'asFastAsPossible',
  trace,
}

const report = await run(settings)
console.log(`ended: ${report.batches} batches, ${report.records} records`)

async function openClient({ client, instance: clientId, brokers }: PipelineSettings): Promise<KafkaClient> {
  if (client === 'kafkajs') return kafkajs(new Kafka({ clientId, brokers, logLevel: logLevel.NOTHING }))
  const { platformatic } = await import('../../runtime/src/clients/platformatic.ts')
  return platformatic({ clientId, bootstrapBrokers: brokers })
}

function run({ guarantee, flaw }: PipelineSettings) {
  switch (guarantee) {
    case 'transactional':
      return settings.store === 'kafka' ? runInKafka(flaw) : runInStore(flaw)
    case 'idempotent':
      return runIdempotent(flaw)
    case 'at-least-once':
    case 'at-most-once': {
      const options = settings.store === 'kafka' ? {} : { store: storeOf(settings) }
      const whole = guarantee === 'at-least-once' ? atLeastOnce(options) : atMostOnce(options)
      return runPlain(breakGuarantee(whole, flaw, settings))
    }
  }
}

/** Results and offsets in one database transaction. */
function runInStore(flaw: Flaw | undefined) {
  const guarantee = breakGuarantee(transactional(sqlStore(settings)), flaw, settings)
  return createProcessor({ ...common, guarantee })
    .foreachBatch(async (batch, { tx }) => {
      await moment()
      await writeOutcome(tx, idsOf(batch))
      await moment()
    })
    .run()
}

/** Results in another topic, in one Kafka transaction with the offsets. */
function runInKafka(flaw: Flaw | undefined) {
  const guarantee = breakGuarantee(transactional(kafka({ transactionTimeoutMs: 10_000 })), flaw, settings)
  return createProcessor({ ...common, guarantee })
    .foreachBatch(async (batch, { tx }) => {
      await moment()
      await tx.send(...idsOf(batch).map(id => ({ topic: settings.outputTopic, key: id, value: id })))
      await moment()
    })
    .run()
}

/** Results under keys: the batch's id and the place in it, so that a rerun of another range or under another id shows as doubles. */
function runIdempotent(flaw: Flaw | undefined) {
  const database = outcomeDatabase()
  const upsert = database.prepare(
    'insert into outcome (key, id) values (?, ?) on conflict (key) do update set id = excluded.id',
  )
  const guarantee = breakGuarantee(
    idempotent(flaw === 'plan-not-frozen' ? forgettingPlans(storeOf(settings)) : storeOf(settings)),
    flaw,
    settings,
  )
  return createProcessor({ ...common, guarantee })
    .foreachBatch(async (batch, { batchId }) => {
      await moment()
      for (const [at, id] of idsOf(batch).entries()) upsert.run(`${batchId}#${at}`, id)
      await moment()
    })
    .run()
}

function runPlain(guarantee: Guarantee<Record<never, never>>) {
  const insert = outcomeDatabase().prepare('insert into outcome (id) values (?)')
  return createProcessor({ ...common, guarantee })
    .foreachBatch(async batch => {
      await moment()
      for (const id of idsOf(batch)) insert.run(id)
      await moment()
    })
    .run()
}

function idsOf(batch: Batch<string>): string[] {
  return batch.map(record => record.value).collect()
}

function outcomeDatabase(): DatabaseSync {
  const database = new DatabaseSync(settings.outcomePath, { timeout: 10_000 })
  // What is written survives kill -9 without it; a power cut is not part of the experiment.
  database.exec(`pragma journal_mode = wal; pragma synchronous = off; ${outcomeTable}`)
  return database
}

/** Before and after the write: the instants that the killer hopes for. */
async function moment(): Promise<void> {
  if (settings.pauseMs > 0) await pause(settings.pauseMs)
}
