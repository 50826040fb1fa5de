/** Libraries around a client that only declarations describe: the setting `consumers` says where their users' handlers are. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { createEngine, type CustomConsumer } from '@tidemark/server/analysis/engine/engine'
import { memory, root } from './memory.ts'

/** No word of these names Kafka. */
const insert = `const { Pool } = require('pg')
const pool = new Pool()
const save = value => pool.query('INSERT INTO orders (body) VALUES ($1)', [value])
const { Consumer } = require('@acme/streams').Util
`
const upsert = insert.replace('VALUES ($1)', 'VALUES ($1) ON CONFLICT DO NOTHING')

function seen(source: string, ...consumers: CustomConsumer[]): unknown {
  const engine = createEngine({ fileSystem: memory({ 'main.js': source }), settings: { consumers } })
  const { pipelines, findings } = engine.analyze(join(root, 'main.js'))
  return [pipelines.map(({ inferred }) => inferred), findings.map(({ rule }) => rule).toSorted()]
}

const call = '@acme/streams:Util.Consumer.createHandler'

test('without the setting such a call says nothing', () =>
  assert.deepEqual(seen(`${insert}Consumer.createHandler('orders', {}, async message => { await save(message.value) })\n`), [[], []]))

test('the first function among the arguments is the handler; when the library commits is unknown until it is said', () => {
  const source = `${insert}Consumer.createHandler('orders', {}, async message => { await save(message.value) })\n`
  assert.deepEqual(seen(source, { call }), [['unknown'], ['non-idempotent-output']])
  assert.deepEqual(seen(source, { call, commits: 'after-handler' }), [['at-least-once'], ['non-idempotent-output']])
  assert.deepEqual(seen(source.replace(insert, upsert), { call, commits: 'after-handler' }), [['effectively-once'], []])
  assert.deepEqual(seen(source, { call: `${call}()`, commits: 'before-handler' }), [['broken'], ['auto-commit-before-output', 'non-idempotent-output']])
})

test('another argument, an option, a batch, a payload', () => {
  const later = `${insert}Consumer.createHandler(() => 1, async messages => { for (const one of messages) await save(one.value) })\n`
  assert.deepEqual(seen(later, { call, handler: 1, gives: 'batch', commits: 'after-handler' }), [['at-least-once'], ['non-idempotent-output']])
  const option = `${insert}class Orders { async on({ message }) { await save(message.value) } }
const orders = new Orders()
Consumer.createHandler({ group: 'orders', each: orders.on.bind(orders) })\n`
  assert.deepEqual(seen(option, { call, handler: 'each', gives: 'payload', commits: 'manual' }), [['at-least-once'], ['non-idempotent-output']])
})

test('a handler that is nowhere to be seen is unknown, with the reason', () => {
  const source = `${insert}Consumer.createHandler('orders', {}, require('./handlers').orders)\n`
  const engine = createEngine({ fileSystem: memory({ 'main.js': source }), settings: { consumers: [{ call, commits: 'after-handler' }] } })
  const [pipeline] = engine.analyze(join(root, 'main.js')).pipelines
  assert.deepEqual([pipeline?.inferred, pipeline?.evidence.map(({ message }) => message)], ['unknown', ['the handler is not in sight']])
})

test('files that name only the library are discovered, and a changed setting is followed', async () => {
  const fileSystem = memory({ 'main.js': `${insert}Consumer.createHandler('orders', {}, async message => { await save(message.value) })\n` })
  const engine = createEngine({ fileSystem })
  assert.deepEqual(await engine.discover(root), [])
  engine.configure({ consumers: [{ call, commits: 'after-handler' }] })
  assert.deepEqual(await engine.discover(root), [join(root, 'main.js')])
  engine.configure({})
  assert.deepEqual(engine.analyze(join(root, 'main.js')).pipelines, [])
})
