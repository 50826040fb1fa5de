/** The guarantee that is inferred, row by row: what gives it, and what looks nearly the same and gives another. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { createEngine } from '@tidemark/server/analysis/engine/engine'
import type { PipelineInfo } from '@tidemark/server/protocol'
import { memory, root } from './memory.ts'

const plain = `pool.query('INSERT INTO orders (body) VALUES ($1)', [message.value])`
const upsert = `pool.query('INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING', [message.key])`
const commit = 'consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])'
const send = `transaction.send({ topic: 'enriched', messages: [{ key: message.key, value: message.value }] })`
const aside = `producer.send({ topic: 'orders.dlq', messages: [{ value: message.value }] })`
const offsets = `transaction.sendOffsets({ consumerGroupId: 'orders', topics: [{ topic, partitions: [{ partition, offset: (BigInt(message.offset) + 1n).toString() }] }] })`

function kafkajs(body: string, options = ''): string {
  return `import { Kafka } from 'kafkajs'
import { Pool } from 'pg'
const pool = new Pool()
const kafka = new Kafka({ brokers: [] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer({ transactionalId: 'orders', maxInFlightRequests: 1, idempotent: true })
await consumer.subscribe({ topic: 'orders', fromBeginning: true })
await consumer.run({ ${options} eachMessage: async ({ topic, partition, message }) => { ${body} } })
process.once('SIGTERM', () => consumer.disconnect())
`
}

const batch = (body: string, options = ''): string =>
  kafkajs('').replace(/eachMessage: .*$/m, `${options} eachBatch: async ({ batch, resolveOffset, heartbeat, isRunning }) => { ${body} } })`)

const transaction = (body: string): string =>
  `const transaction = await producer.transaction()\ntry { ${body}; await transaction.commit() } catch (error) { await transaction.abort(); throw error }`

const runtime = (guarantee: string, work: string): string => `import { createProcessor, json, ${guarantee} } from '@tidemark/runtime'
import { sqlite } from '@tidemark/runtime/stores/sqlite'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'
const pool = new Pool()
const processor = createProcessor({ client: kafkajs(new Kafka({ brokers: [] })), groupId: 'orders', topics: ['orders'], value: json(), startingOffsets: 'earliest', onDataLoss: 'fail',
  guarantee: ${guarantee}(${/^at/.test(guarantee) ? "{ store: sqlite('a.db') }" : "sqlite('a.db')"}) })
processor.foreachBatch(${work})
`

const rdkafka = (options: string, body: string): string => `import Kafka from 'node-rdkafka'
import { Pool } from 'pg'
const pool = new Pool()
const consumer = new Kafka.KafkaConsumer({ 'group.id': 'orders', ${options} }, {})
consumer.on('data', async message => { ${body} })
process.once('SIGTERM', () => consumer.disconnect())
`

/** The options are filled in after the object is made. */
const stored = (statements: string, body: string): string =>
  kafkajs('').replace(/await consumer.run.*$/m, `const options = {}\n${statements}\noptions.eachMessage = async ({ topic, partition, message }) => { ${body} }\nawait consumer.run(options)`)

type Row = readonly [name: string, source: string, guarantee: string, evidence?: string]

const inherited = (options: string, body: string): string => `import { KafkaConsumer } from 'node-rdkafka'
import { Pool } from 'pg'
const pool = new Pool()
class Orders extends KafkaConsumer {
  constructor() {
    super({ 'group.id': 'orders', ${options} }, {})
    this.on('ready', () => { this.subscribe(['orders']); this.consume() }).on('data', async message => { ${body} })
  }
}
new Orders().connect()
`

const rows: readonly Row[] = [
  // At most once: some record may be taken for done without its output, and none is done twice.
  ['committed first, then a plain insert', kafkajs(`await ${commit}; await ${plain}`, 'autoCommit: false,'), 'at-most-once', 'may mark a record done before'],
  ['committed first, then an upsert', kafkajs(`await ${commit}; await ${upsert}`, 'autoCommit: false,'), 'at-most-once', 'may mark a record done before'],
  ['an upsert nobody waits for', kafkajs(`${upsert}`), 'at-most-once', 'nobody waits for'],
  ['a failed upsert forgotten', kafkajs(`try { await ${upsert} } catch (error) { console.error(error) }`), 'at-most-once', 'caught here and forgotten'],
  ['stored before the handler, upsert', rdkafka('', upsert.replace('message.key', 'String(message.key)')), 'at-most-once', 'auto-commit may commit'],
  ['a batch left early', batch(`for (const message of batch.messages) { if (!isRunning()) return; await ${upsert}; await heartbeat() }`), 'at-most-once', 'leaves the batch'],
  [
    'a digit appended to the offset',
    kafkajs(`await ${upsert}; await ${commit.replace('(BigInt(message.offset) + 1n).toString()', 'message.offset + 1')}`, 'autoCommit: false,'),
    'at-most-once',
    'appends a digit',
  ],
  [
    'a position of one group',
    batch(
      `for (const [, group] of Map.groupBy(batch.messages, one => String(one.key))) { for (const message of group) await ${upsert}; resolveOffset(group.at(-1).offset); await heartbeat() }`,
      'eachBatchAutoResolve: false,',
    ),
    'at-most-once',
    'skips records of other groups',
  ],
  ['declared so', runtime('atMostOnce', `async batch => { for (const message of batch) await ${plain} }`), 'at-most-once'],
  // At least once: nothing is lost, and a redelivery shows.
  ['committed by the code, the option set later', stored('options.autoCommit = false', `await ${commit}; await ${plain}`), 'at-most-once', 'offsets are committed by the code'],
  ['an option that may be set later', `let options = { autoCommit: true }\n${stored('if (process.env.MANUAL) options.autoCommit = false', `await ${plain}`)}`.replace('const options = {}\n', ''), 'unknown', 'is not known here'],
  ['a plain insert', kafkajs(`await ${plain}`), 'at-least-once', 'no ON CONFLICT clause'],
  [
    'a sum beside the insert of what was processed, each on its own',
    kafkajs(`await pool.query('INSERT INTO processed (event_id) VALUES ($1)', [message.key]); await pool.query('UPDATE totals SET cents = cents + $1', [message.value])`),
    'at-least-once',
    'adds to the stored value',
  ],
  [
    'asked of a table of what was processed, noted later',
    kafkajs(
      `const seen = await pool.query('SELECT 1 FROM processed_events WHERE id = $1', [message.key])\nif (seen.rowCount > 0) return\nawait ${plain}\nawait pool.query('INSERT INTO processed_events (id) VALUES ($1) ON CONFLICT DO NOTHING', [message.key])`,
    ),
    'at-least-once',
    'has noted it',
  ],
  ['an upsert by an id made anew', kafkajs(`await ${upsert.replace('message.key', 'crypto.randomUUID()')}`), 'at-least-once', 'is another one each time'],
  [
    'an id made anew, found by another column',
    kafkajs(`await pool.query('INSERT INTO orders (id, number) VALUES ($1, $2) ON CONFLICT (number) DO NOTHING', [crypto.randomUUID(), message.key])`),
    'effectively-once',
  ],
  [
    'committed where it is called back',
    rdkafka("'enable.auto.commit': false,", `${upsert.replace('[message.key])', '[String(message.key)], error => { if (error) throw error; consumer.commitMessage(message) })')}`),
    'effectively-once',
  ],
  ['committed after it', kafkajs(`await ${plain}; await ${commit}`, 'autoCommit: false,'), 'at-least-once', 'is repeated on redelivery'],
  ['an error told to the client', kafkajs(`try { await ${plain} } catch (error) { console.error(error); throw error }`), 'at-least-once'],
  ['a dead letter before going on', kafkajs(`try { await ${plain} } catch (error) { await producer.send({ topic: 'orders.dead-letter', messages: [message] }) }`), 'at-least-once'],
  ['a retry that ends in a throw', kafkajs(`for (let attempt = 0; ; attempt++) { try { await ${plain}; return } catch (error) { if (attempt > 3) throw error } }`), 'at-least-once'],
  ['a broken record passed over', kafkajs(`let order\ntry { order = JSON.parse(String(message.value)) } catch { return }\nawait ${plain}`), 'at-least-once'],
  ['a batch with auto-resolve off, left early', batch(`for (const message of batch.messages) { if (!isRunning()) return; await ${plain}; resolveOffset(message.offset); await heartbeat() }`, 'eachBatchAutoResolve: false,'), 'at-least-once'],
  ['a transaction without the offsets', kafkajs(transaction(`await ${send}`)), 'at-least-once', 'its transaction holds no offsets'],
  ['a transaction with the offset of the record just read', kafkajs(transaction(`await ${send}; await ${offsets.replace('(BigInt(message.offset) + 1n).toString()', 'message.offset')}`), 'autoCommit: false,'), 'at-least-once', 'is read again after a restart'],
  ['nothing is committed', kafkajs(`await ${plain}`, 'autoCommit: false,'), 'at-least-once', 'the client commits nothing, and no commit is in sight'],
  ['not waited for by librdkafka, committed by who does it', rdkafka("'enable.auto.commit': false,", `${plain}`), 'at-least-once', 'no commit is in sight'],
  ['an output beside the transaction', kafkajs(transaction(`await ${send}; await ${plain}; await ${offsets}`), 'autoCommit: false,'), 'at-least-once', 'INSERT INTO orders'],
  ['committed by hand with librdkafka', rdkafka("'enable.auto.commit': false,", `await ${plain}; consumer.commitMessage(message)`), 'at-least-once'],
  ['declared exactly once, written past it', runtime('transactional', `async (batch, { tx }) => { for (const message of batch) await ${plain} }`), 'at-least-once'],
  // Effectively once: nothing is lost, and a redelivery changes nothing.
  ['an upsert', kafkajs(`await ${upsert}`), 'effectively-once', 'may be repeated'],
  ['only put aside', kafkajs(`try { JSON.parse(message.value) } catch { await ${aside} }`), 'at-least-once', 'no output is in sight'],
  [
    'a sum beside the insert of what was processed, in one transaction',
    kafkajs(
      `const client = await pool.connect(); try { await client.query('BEGIN'); await client.query('INSERT INTO processed (event_id) VALUES ($1)', [message.key]); await client.query('UPDATE totals SET cents = cents + $1', [message.value]); await client.query('COMMIT') } catch (error) { await client.query('ROLLBACK'); throw error }`,
    ),
    'effectively-once',
    'is undone on a repeat',
  ],
  [
    'something looked up beside it',
    `import { PrismaClient } from '@prisma/client'\nconst prisma = new PrismaClient()\n${kafkajs(`await prisma.order.findUnique({ where: { id: String(message.key) } }); await ${upsert}`)}`,
    'effectively-once',
  ],
  ['an upsert, or put aside', kafkajs(`try { await ${upsert} } catch { await ${aside} }`), 'effectively-once', 'may be repeated'],
  ['an upsert, committed after it', kafkajs(`await ${upsert}; await ${commit}`, 'autoCommit: false,'), 'effectively-once'],
  [
    'asked of a table of what was processed, and noted in one transaction',
    kafkajs(
      `const client = await pool.connect()\nawait client.query('BEGIN')\nconst seen = await client.query('SELECT 1 FROM processed_events WHERE id = $1', [message.key])\nif (seen.rowCount > 0) return\nawait ${plain.replace('pool', 'client')}\nawait client.query('INSERT INTO processed_events (id) VALUES ($1) ON CONFLICT DO NOTHING', [message.key])\nawait client.query('COMMIT')`,
    ),
    'effectively-once',
    'guarded by a look-up',
  ],
  // Exactly once: outputs and offsets in one transaction.
  ['a transaction with the offsets', kafkajs(transaction(`await ${send}; await ${offsets}`), 'autoCommit: false,'), 'exactly-once', 'in the transaction that holds the offsets'],
  ['declared and kept', runtime('transactional', `async (batch, { tx }) => { for (const message of batch) tx.run('insert into orders values (?)', message.value) }`), 'exactly-once'],
  // Broken: it may lose, and it may double.
  ['a plain insert nobody waits for', kafkajs(`${plain}`), 'broken', 'nobody waits for'],
  ['not waited for by librdkafka, committed at once', rdkafka("'enable.auto.commit': false,", `${plain}; consumer.commitMessage(message)`), 'broken', 'may mark a record done before'],
  ['a commit in a finally', kafkajs(`try { await ${plain} } finally { await ${commit} }`, 'autoCommit: false,'), 'broken', 'may mark a record done before'],
  ['put into a list that a timer writes out', `${kafkajs('rows.push(message)')}const rows = []\nsetInterval(async () => { for (const message of rows.splice(0)) await ${plain} }, 100)\n`, 'broken', 'nobody waits for'],
  ['begun, committed, then waited for', kafkajs(`const saved = ${plain}; await ${commit}; await saved`, 'autoCommit: false,'), 'broken', 'may mark a record done before'],
  ['begun, waited for, then committed', kafkajs(`const saved = ${upsert}; await saved; await ${commit}`, 'autoCommit: false,'), 'effectively-once'],
  ['a commit at the same time', kafkajs(`await Promise.all([${commit}, ${plain}])`, 'autoCommit: false,'), 'broken'],
  ['resolved first, committed at some time', batch(`for (const message of batch.messages) { resolveOffset(message.offset); await ${plain}; await heartbeat() }`, 'eachBatchAutoResolve: false,'), 'broken', 'may mark a record done before'],
  ['stored before the handler, plain insert', rdkafka('', plain), 'broken', 'auto-commit may commit'],
  ['one output before the commit, one after', kafkajs(`await ${plain}; await ${commit}; await ${plain.replace('orders', 'audit')}`, 'autoCommit: false,'), 'broken', 'INSERT INTO'],
  ['stored before the handler of a class that is the client', inherited("'enable.auto.commit': true,", upsert.replace('message.key', 'String(message.key)')), 'at-most-once', 'auto-commit may commit'],
  ['committed by hand in a class that is the client', inherited("'enable.auto.commit': false,", `await ${upsert.replace('message.key', 'String(message.key)')}; this.commitMessage(message)`), 'effectively-once'],
  // Unknown, with the reason.
  ['not waited for, committed at a time that is not known', rdkafka("'enable.auto.commit': Boolean(process.env.AUTO),", `${upsert.replace('message.key', 'String(message.key)')}`), 'unknown', 'when offsets are committed is not known here'],
  ['options out of sight', kafkajs(`await ${plain}`, 'autoCommit: Boolean(process.env.AUTO),'), 'unknown', 'when offsets are committed is not known here'],
  ['a handler out of sight', kafkajs('').replace(/\{  eachMessage: .*$/m, '{ eachMessage: handlers.orders })'), 'unknown', 'the handler is not in sight'],
]

for (const [name, source, guarantee, evidence] of rows)
  test(`${guarantee}: ${name}`, () => {
    const found = inferredOf(source)
    const messages = found?.evidence.map(({ message }) => message) ?? []
    assert.equal(found?.inferred, guarantee, messages.join('\n'))
    if (evidence) assert.ok(messages.some(message => message.includes(evidence)), messages.join('\n'))
  })

test('a class that is the client: group and topics are its own', () => {
  const second = inherited('', '').replace('class Orders', 'class Carts').replaceAll("'orders'", "'carts'").replace(/^import.*$/gm, '')
  const engine = createEngine({ fileSystem: memory({ 'main.js': `${inherited('', '')}${second.replace(/^const pool.*$/m, '')}` }) })
  const pipelines = engine.analyze(join(root, 'main.js')).pipelines.map(({ groupId, topics }) => ({ groupId, topics }))
  assert.deepEqual(pipelines, [{ groupId: 'orders', topics: ['orders'] }, { groupId: 'carts', topics: ['carts'] }])
})

function inferredOf(source: string): PipelineInfo | undefined {
  const engine = createEngine({ fileSystem: memory({ 'main.js': source }) })
  return engine.analyze(join(root, 'main.js')).pipelines[0]
}
