/** An ordinary kafkajs consumer that writes each message to SQLite: `KIND=early` commits before it writes, `upsert` after, by key. */
import { DatabaseSync } from 'node:sqlite'
import { Kafka, logLevel } from 'kafkajs'

const { BROKERS = '', TOPIC = '', GROUP = '', DATABASE = '', KIND = 'upsert' } = process.env
const database = new DatabaseSync(DATABASE, { timeout: 5_000 })
database.exec('create table if not exists ledger (id text primary key, value text)')
const insert = database.prepare('insert into ledger (id, value) values (?, ?)')
const upsert = database.prepare(
  'insert into ledger (id, value) values (?, ?) on conflict (id) do update set value = excluded.value',
)

const kafka = new Kafka({ clientId: 'plain', brokers: BROKERS.split(','), logLevel: logLevel.NOTHING })
const consumer = kafka.consumer({ groupId: GROUP })
await consumer.connect()
await consumer.subscribe({ topics: [TOPIC], fromBeginning: true })
if (KIND === 'early')
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      const { topic, partition } = batch
      await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(batch.lastOffset()) + 1n) }])
      for (const message of batch.messages) insert.run(message.offset, String(message.value))
    },
  })
else
  await consumer.run({
    eachMessage: async ({ message }) => {
      if (String(message.value).startsWith('bad')) throw new Error(`cannot use ${message.value}`)
      upsert.run(message.offset, String(message.value))
    },
  })
process.once('SIGTERM', () => void consumer.disconnect())
