/** Right code that looks wrong: each row stays silent under every rule. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { createEngine } from '@tidemark/server/analysis/engine/engine'
import { memory, root } from './memory.ts'

const head = `import { Kafka } from 'kafkajs'
import { Pool } from 'pg'
import { MongoClient } from 'mongodb'
const pool = new Pool()
const orders = new MongoClient('mongodb://localhost').db('shop').collection('orders')
const kafka = new Kafka({ brokers: [] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer({ idempotent: true })
process.once('SIGTERM', () => consumer.disconnect())
const save = message => pool.query('INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING', [message.key])
const plusOne = offset => (BigInt(offset) + 1n).toString()
`
const message = (body: string, options = ''): string =>
  `${head}await consumer.run({ ${options} eachMessage: async ({ topic, partition, message, heartbeat }) => { ${body} } })\n`
const batch = (body: string, options = 'eachBatchAutoResolve: false,'): string =>
  `${head}await consumer.run({ ${options} eachBatch: async ({ batch, resolveOffset, heartbeat, commitOffsetsIfNecessary }) => { ${body} } })\n`

const deadLetter = `await producer.send({ topic: 'orders.dead-letter', messages: [message] })`
const runtime = (body: string): string => `import { createProcessor, json, transactional } from '@tidemark/runtime'
import { sqlite } from '@tidemark/runtime/stores/sqlite'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { Kafka } from 'kafkajs'
const processor = createProcessor({ client: kafkajs(new Kafka({ brokers: [] })), groupId: 'orders', topics: ['orders'], value: json(),
  guarantee: transactional(sqlite('a.db')), startingOffsets: 'earliest', onDataLoss: 'fail' })
${body}
`

const rows: Readonly<Record<string, string>> = {
  'an endless retry': message('while (true) { try { await save(message); break } catch (error) { console.warn(error); await heartbeat() } }'),
  'bounded attempts, then a dead letter': message(
    `for (let attempt = 0; attempt < 3; attempt++) { try { await save(message); return } catch (error) { console.warn(error) } }\n${deadLetter}`,
  ),
  'bounded attempts, then a dead letter, then the error again': message(
    `let last\nfor (let attempt = 0; attempt < 3; attempt++) { try { await save(message); return } catch (error) { last = error } }\n${deadLetter}\nthrow last`,
  ),
  'a dead letter in the catch, then the error again': message(`try { await save(message) } catch (error) { ${deadLetter}; throw error }`),
  'a helper that always throws': message('try { await save(message) } catch (error) { fail(error) }').concat('function fail(error) { console.error(error); throw error }\n'),
  'a catch around connect and subscribe': `${head}try { await consumer.connect(); await consumer.subscribe({ topic: 'orders', fromBeginning: true }) } catch (error) { console.error(error) }\nawait consumer.run({ eachMessage: async ({ message }) => { await save(message) } })\n`,
  'a catch around a heartbeat': message('await save(message)\ntry { await heartbeat() } catch (error) { console.warn(error) }'),
  'a request that is answered': `import { Controller } from '@nestjs/common'
import { MessagePattern, Payload } from '@nestjs/microservices'
import { Pool } from 'pg'
const pool = new Pool()
@Controller()
export class Orders { @MessagePattern('orders.place') async place(@Payload() order) { try { return await pool.query('SELECT total FROM orders WHERE id = $1', [order.id]) } catch (error) { return { isPlaced: false, error: String(error) } } } }
`,
  'a tracker with a low-water mark': batch(
    `const { topic, partition, messages } = batch
for (const { offset } of messages) mark.begin(offset)
await Promise.all(messages.map(async message => { await save(message); await mark.end(topic, partition, message.offset); await heartbeat() }))`,
    'autoCommit: false,',
  ).concat(`class Mark { #pending = []\n#done = new Set()\nbegin(offset) { this.#pending.push(BigInt(offset)) }
async end(topic, partition, offset) { this.#done.add(BigInt(offset))\nlet next\nwhile (this.#done.has(this.#pending[0])) next = this.#pending.shift() + 1n
if (next !== undefined) await consumer.commitOffsets([{ topic, partition, offset: next.toString() }]) } }\nconst mark = new Mark()\n`),
  'promises collected and awaited together': batch(
    'const all = []\nfor (const message of batch.messages) all.push(save(message))\nawait Promise.all(all)\nresolveOffset(batch.lastOffset())\nawait heartbeat()',
  ),
  'chunks awaited together': batch(
    'for (let at = 0; at < batch.messages.length; at += 50) { const chunk = batch.messages.slice(at, at + 50)\nawait Promise.all(chunk.map(one => save(one)))\nresolveOffset(chunk.at(-1).offset)\nawait heartbeat() }',
  ),
  'auto-commit off, committed later': message('await save(message)\nawait consumer.commitOffsets([{ topic, partition, offset: plusOne(message.offset) }])', 'autoCommit: false,'),
  'a helper that passes an offset on': message('await save(message)\nawait commit(topic, partition, plusOne(message.offset))', 'autoCommit: false,').concat(
    'async function commit(topic, partition, offset) { await consumer.commitOffsets([{ topic, partition, offset }]) }\n',
  ),
  'plus one on a number': `import Kafka from 'node-rdkafka'
const consumer = new Kafka.KafkaConsumer({ 'group.id': 'orders', 'enable.auto.commit': false }, {})
consumer.on('data', message => { consumer.commit({ topic: message.topic, partition: message.partition, offset: message.offset + 1 }) })
process.once('SIGTERM', () => consumer.disconnect())
`,
  'resolveOffset, which adds one itself': batch('for (const message of batch.messages) { await save(message); resolveOffset(message.offset); await heartbeat() }'),
  'a shuffle of another dataset': runtime(
    `processor.foreachBatch(async (batch, { tx }) => { const seen = batch.map(one => [one.value.id, 1]).reduceByKey((a, b) => a + b)\nawait batch.foreachPartition(async (rows, { index }) => console.log(batch.offsetRanges[index]))\nfor (const [id] of seen.collect()) tx.run('insert into seen values (?)', id) })`,
  ),
  'ranges used on the driver, after a shuffle': runtime(
    `processor.foreachBatch(async (batch, { tx }) => { const sums = batch.map(one => [one.value.id, 1]).reduceByKey((a, b) => a + b)\nfor (const [id, sum] of sums.collect()) tx.run('insert into sums values (?, ?)', id, sum)\nfor (const range of batch.offsetRanges) console.log(range.topic, range.untilOffset) })`,
  ),
  'asked of a table of processed events': message(
    `const { rows } = await pool.query('SELECT 1 FROM processed_events WHERE id = $1', [String(message.key)])\nif (rows.length > 0) return\nawait pool.query('INSERT INTO orders (customer) VALUES ($1)', [String(message.value)])`,
  ),
  'a unique key taken from the message': message('await orders.insertOne({ _id: `${topic}-${partition}-${message.offset}`, body: String(message.value) })'),
  'an upsert by the key of the message': message('await orders.updateOne({ _id: String(message.key) }, { $set: { body: String(message.value) } }, { upsert: true })'),
}

for (const [name, source] of Object.entries(rows))
  test(name, () => {
    const engine = createEngine({ fileSystem: memory({ 'main.ts': source }) })
    const { findings, pipelines } = engine.analyze(join(root, 'main.ts'))
    assert.equal(pipelines.length, 1, 'it is looked at')
    assert.deepEqual(findings.map(({ rule, range, message }) => `${range.start.line}:${range.start.character} ${rule}: ${message}`), [])
  })
