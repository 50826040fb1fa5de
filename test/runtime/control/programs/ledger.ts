/** Writes each record's value into a table, one statement a record, under the guarantee that `GUARANTEE` names. */
import { DatabaseSync } from 'node:sqlite'
import {
  atLeastOnce,
  atMostOnce,
  type Batch,
  createProcessor,
  idempotent,
  kafka as kafkaTransactions,
  text,
  transactional,
} from '@tidemark/runtime'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { sqlite } from '@tidemark/runtime/stores/sqlite'
import { Kafka, logLevel } from 'kafkajs'

const { BROKERS = '', TOPIC = '', GROUP = '', DATABASE = '', GUARANTEE = 'transactional', OUTPUT = '' } = process.env
const setup = 'create table if not exists ledger (id text, value text)'
const insert = 'insert into ledger (id, value) values (?, ?)'
const common = {
  client: kafkajs(new Kafka({ clientId: 'ledger', brokers: BROKERS.split(','), logLevel: logLevel.NOTHING })),
  groupId: GROUP,
  topics: [TOPIC],
  value: text,
  retry: { attemptsMax: 1 },
  ...(process.env.SESSION_MS ? { sessionTimeoutMs: Number(process.env.SESSION_MS) } : {}),
}

/** @throws Error for a value that begins with `bad`. */
function* checked(batch: Batch<string>): Generator<readonly [id: string, value: string]> {
  for (const record of batch) {
    if (record.value.startsWith('bad')) throw new Error(`cannot use ${record.value}`)
    yield [`${record.partition}/${record.offset}`, `${record.value}${process.env.MARK ?? ''}`]
  }
}

function ownDatabase(): DatabaseSync {
  const database = new DatabaseSync(DATABASE, { timeout: 5_000 })
  database.exec(setup)
  return database
}

const store = sqlite(DATABASE, { setup })
if (GUARANTEE === 'transactional') {
  await createProcessor({ ...common, guarantee: transactional(store) })
    .foreachBatch((batch, { tx }) => {
      for (const [id, value] of checked(batch)) tx.run(insert, id, value)
    })
    .run()
} else if (GUARANTEE === 'kafka') {
  await createProcessor({ ...common, guarantee: transactional(kafkaTransactions()) })
    .foreachBatch(async (batch, { tx }) => {
      for (const [id, value] of checked(batch)) await tx.send({ topic: OUTPUT, key: id, value })
    })
    .run()
} else {
  const database = ownDatabase()
  const write = database.prepare(insert)
  const handle = (batch: Batch<string>) => {
    for (const [id, value] of checked(batch)) write.run(id, value)
  }
  if (GUARANTEE === 'idempotent') {
    database.exec('create unique index if not exists once on ledger (id)')
    const upsert = database.prepare(`${insert} on conflict (id) do update set value = excluded.value`)
    await createProcessor({ ...common, guarantee: idempotent(store) })
      .foreachBatch((batch, { idempotencyKey }) => {
        for (const record of batch) upsert.run(idempotencyKey(record), record.value)
      })
      .run()
  } else {
    const guarantee = GUARANTEE === 'at-most-once' ? atMostOnce() : atLeastOnce()
    await createProcessor({ ...common, guarantee })
      .foreachBatch(handle)
      .run()
  }
}
