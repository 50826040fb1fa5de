/** The engine across files: what an edit of one file does to the findings of another. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { createEngine } from '@tidemark/server/analysis/engine/engine'
import { disk, fixturesRoot } from './fixtures.ts'
import { memory, root } from './memory.ts'

const consumer = (body: string, imports = ''): string => `
import { Kafka } from 'kafkajs'
${imports}
const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'orders' })
await consumer.run({ eachMessage: async ({ message }) => { ${body} } })
process.once('SIGTERM', () => consumer.disconnect())
`
const insert = `import { Pool } from 'pg'
const pool = new Pool()
export async function save(value: unknown): Promise<void> { await pool.query('INSERT INTO orders (body) VALUES ($1)', [value]) }
`
const upsert = insert.replace('VALUES ($1)', 'VALUES ($1) ON CONFLICT DO NOTHING')
const rulesOf = (engine: ReturnType<typeof createEngine>, name: string): string[] =>
  engine.analyze(join(root, name)).findings.map(finding => finding.rule)

test("a helper's finding lies in the helper, once its caller is known; an edit there refreshes both", () => {
  const engine = createEngine({
    fileSystem: memory({ 'main.ts': consumer('await save(message.value)', "import { save } from './save.ts'"), 'save.ts': insert }),
  })
  assert.deepEqual(rulesOf(engine, 'save.ts'), [], 'nobody is known to call it yet')
  assert.deepEqual(rulesOf(engine, 'main.ts'), [])
  assert.deepEqual(rulesOf(engine, 'save.ts'), ['non-idempotent-output'])
  engine.open(join(root, 'save.ts'), upsert, 1)
  assert.ok(engine.reach(join(root, 'save.ts')).includes(join(root, 'main.ts')))
  assert.deepEqual(rulesOf(engine, 'save.ts'), [])
  engine.change(join(root, 'save.ts'), insert, 2)
  assert.deepEqual(rulesOf(engine, 'save.ts'), ['non-idempotent-output'])
  engine.change(join(root, 'main.ts'), consumer('await other(message.value)'), 1)
  assert.deepEqual(rulesOf(engine, 'save.ts'), [], 'no longer called')
})

test('a test that reads with the group of what it tests is no second deployment', () => {
  const subscribed = (topic: string): string => `${consumer('').replace('await consumer.run', `await consumer.subscribe({ topic: '${topic}' })\nawait consumer.run`)}`
  const engine = createEngine({ fileSystem: memory({ 'orders.ts': subscribed('orders'), 'orders.spec.ts': subscribed('orders.test') }) })
  assert.deepEqual(rulesOf(engine, 'orders.spec.ts'), [])
  assert.deepEqual(rulesOf(engine, 'orders.ts'), [])
})

test('a pipeline that joins or leaves a group refreshes the others in it', () => {
  const inGroup = (group: string, topic: string): string =>
    consumer("await consumer.subscribe({ topic: '" + topic + "' })").replace("'orders'", `'${group}'`)
  const [a, b] = [join(root, 'a.ts'), join(root, 'b.ts')]
  const engine = createEngine({
    fileSystem: memory({ 'a.ts': inGroup('orders', 'one'), 'b.ts': inGroup('carts', 'two') }),
  })
  for (const name of ['a.ts', 'b.ts']) assert.ok(!rulesOf(engine, name).includes('shared-group-id'))
  assert.ok(!engine.reach(b).includes(a))
  engine.open(b, inGroup('orders', 'two'), 1)
  assert.ok(engine.reach(b).includes(a))
  for (const name of ['a.ts', 'b.ts']) assert.ok(rulesOf(engine, name).includes('shared-group-id'))
  engine.change(b, inGroup('carts', 'two'), 2)
  assert.ok(engine.reach(b).includes(a), 'it is the one that was left')
  for (const name of ['a.ts', 'b.ts']) assert.ok(!rulesOf(engine, name).includes('shared-group-id'))
})

test('of several pipelines in a group the same one is named, whichever was looked at first', () => {
  const reading = (topic: string): string => consumer('', `await consumer.subscribe({ topic: '${topic}' })`)
  const names = ['a.ts', 'b.ts', 'c.ts']
  const named = (order: readonly string[]): string | undefined => {
    const engine = createEngine({ fileSystem: memory(Object.fromEntries(names.map(name => [name, reading(name)]))) })
    for (const name of order) engine.analyze(join(root, name))
    engine.invalidate([join(root, 'c.ts')])
    const findings = engine.analyze(join(root, 'c.ts')).findings
    return findings.find(({ rule }) => rule === 'shared-group-id')?.evidence[0]?.path
  }
  assert.deepEqual([named(names), named(names.toReversed())], [join(root, 'a.ts'), join(root, 'a.ts')])
})

test('handlers are found behind barrels, path aliases, workspace packages and CommonJS', () => {
  const files = {
    'package.json': JSON.stringify({ workspaces: ['packages/*'] }),
    'packages/store/package.json': JSON.stringify({ name: '@shop/store', main: 'dist/index.js' }),
    'packages/store/src/index.ts': "export * from './deep/save.js'\n",
    'packages/store/src/deep/save.ts': insert,
    'app/barrel.ts': "export { save as keep } from '@shop/store'\n",
    'app/main.ts': consumer('await keep(message.value)', "import { keep } from './barrel'"),
    'app/common.cjs': `
const { Kafka } = require('kafkajs')
const { save } = require('./save.cjs')
const consumer = new Kafka({}).consumer({ groupId: 'common' })
consumer.run({ eachMessage: async ({ message }) => { await save(message.value) } })
process.once('SIGTERM', () => consumer.disconnect())
`,
    'app/save.cjs': `
const { Pool } = require('pg')
const pool = new Pool()
module.exports = { save: value => pool.query('INSERT INTO orders (body) VALUES ($1)', [value]) }
`,
  }
  const engine = createEngine({ fileSystem: memory(files) })
  engine.analyze(join(root, 'app/main.ts'))
  assert.deepEqual(rulesOf(engine, 'packages/store/src/deep/save.ts'), ['non-idempotent-output'])
  engine.analyze(join(root, 'app/common.cjs'))
  assert.deepEqual(rulesOf(engine, 'app/save.cjs'), ['non-idempotent-output'])
})

test('handlers are found as methods, bound methods, fields, from factories, through wrappers and base classes', () => {
  const bodies = {
    method: 'class Orders { async on({ message }) { await pool.query(sql, [message.value]) } start() { return consumer.run({ eachMessage: p => this.on(p) }) } }',
    bound: 'class Orders { async on({ message }) { await pool.query(sql, [message.value]) } start() { return consumer.run({ eachMessage: this.on.bind(this) }) } }',
    field: 'class Orders { on = async ({ message }) => { await pool.query(sql, [message.value]) }; start() { return consumer.run({ eachMessage: this.on }) } }',
    factory: 'const make = table => async ({ message }) => { await pool.query(sql, [message.value]) }; await consumer.run({ eachMessage: make(1) })',
    wrapper: 'const start = options => consumer.run({ ...options.more, eachMessage: options.on }); await start({ on: async ({ message }) => { await pool.query(sql, [message.value]) } })',
    spread: 'const handlers = { eachMessage: async ({ message }) => { await pool.query(sql, [message.value]) } }; await consumer.run({ autoCommit: true, ...handlers })',
    base: 'class Base { start() { return consumer.run({ eachMessage: p => this.handle(p) }) } } class Orders extends Base { async handle({ message }) { await pool.query(sql, [message.value]) } }',
  }
  for (const [name, body] of Object.entries(bodies)) {
    const text = `import { Kafka } from 'kafkajs'\nimport { Pool } from 'pg'\nconst pool = new Pool()\nconst sql = 'INSERT INTO orders (body) VALUES ($1)'\nconst consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'orders' })\n${body}\nprocess.once('SIGTERM', () => consumer.disconnect())\n`
    const engine = createEngine({ fileSystem: memory({ 'main.js': text }) })
    assert.deepEqual(rulesOf(engine, 'main.js'), ['non-idempotent-output'], name)
  }
})

test('a wrapper in another file is followed, and discovered from its users', async () => {
  const engine = createEngine({
    fileSystem: memory({
      'kafka/start.ts': `import { Kafka } from 'kafkajs'
const kafka = new Kafka({ brokers: [] })
export async function start(topic: string, groupId: string, on: (value: Buffer | null) => Promise<void>) {
  const consumer = kafka.consumer({ groupId })
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({ eachMessage: async ({ message }) => on(message.value) })
  process.once('SIGTERM', () => consumer.disconnect())
}`,
      'orders.ts': `import { save } from './save'\nimport { start } from './kafka/start'\nawait start('orders', 'order-group', async value => { await save(value) })\n`,
      'save.ts': insert,
      'other.ts': 'export const nothing = 1\n',
    }),
  })
  const found = await engine.discover(root)
  assert.ok(found.includes(join(root, 'orders.ts')))
  const { pipelines } = engine.analyze(join(root, 'orders.ts'))
  assert.deepEqual(pipelines.map(one => [one.groupId, one.topics]), [['order-group', ['orders']]])
  assert.deepEqual(rulesOf(engine, 'save.ts'), ['non-idempotent-output'])
})

test('lists made of themselves end', () => {
  const source = consumer(
    'rows = [...rows, message]; for (const one of rows) await one.save(message); await others.find(one => one.id).save(message)',
    `let rows = []
rows = [...rows, ...others]
let others = [...rows]
others = [...others, ...rows]`,
  )
  const engine = createEngine({ fileSystem: memory({ 'main.ts': source }) })
  assert.equal(engine.analyze(join(root, 'main.ts')).pipelines.length, 1)
})

test('options spread into themselves end', () => {
  const source = `
    const { Kafka } = require('kafkajs')
    class Reader {
      settings() { return { ...this.settings(), groupId: 'orders' } }
      limits() { return { ...this.limits() } }
      async start() {
        const consumer = new Kafka({ brokers: [] }).consumer(this.settings())
        await consumer.run({ ...this.limits(), partitions: this.limits().partitions, eachMessage: async () => {} })
      }
    }`
  const engine = createEngine({ fileSystem: memory({ 'reader.js': source }) })
  const { pipelines } = engine.analyze(join(root, 'reader.js'))
  assert.deepEqual(pipelines.map(pipeline => pipeline.groupId), ['orders'])
})

test('code broken in mid-edit is analysed as far as it goes', () => {
  const engine = createEngine({ fileSystem: memory({ 'main.ts': consumer('await save(message.value); if (', "import { save } from './save.ts'"), 'save.ts': insert }) })
  const { notes } = engine.analyze(join(root, 'main.ts'))
  assert.deepEqual(notes.map(note => note.code), ['PARSE_ERROR'])
  assert.deepEqual(rulesOf(engine, 'save.ts'), ['non-idempotent-output'])
})

test('options that spread themselves end', () => {
  const text = `import { Kafka } from 'kafkajs'
import { Pool } from 'pg'
let options = { ...options, groupId: 'orders' }
let handlers = { ...handlers }
let row = { ...row }
const pool = new Pool({ ...pool })
const consumer = new Kafka({ brokers: [] }).consumer({ ...options })
await consumer.run({ ...handlers, ...options, eachMessage: async ({ message }) => { await pool.query(row.text, row); await pool.query('INSERT INTO t VALUES (1)') } })
process.once('SIGTERM', () => consumer.disconnect())
`
  const engine = createEngine({ fileSystem: memory({ 'main.js': text }) })
  assert.deepEqual(engine.analyze(join(root, 'main.js')).pipelines.map(one => one.groupId), ['orders'])
  assert.deepEqual(rulesOf(engine, 'main.js'), ['non-idempotent-output'])
})

test('exports that lead in circles end', () => {
  const files = {
    'a.ts': "export { save, other } from './b.ts'\nexport { save as mine } from './a.ts'\n",
    'b.ts': "export { save } from './a.ts'\nexport { mine as other } from './a.ts'\n",
    'main.ts': consumer('await save(message.value); await other(message.value)', "import { other, save } from './a.ts'"),
  }
  const engine = createEngine({ fileSystem: memory(files) })
  assert.equal(engine.analyze(join(root, 'main.ts')).pipelines.length, 1)
})

test('files too large and generated files are skipped with a note', () => {
  const engine = createEngine({
    fileSystem: memory({ 'large.ts': `// kafkajs\n${'a;'.repeat(2_000)}`, 'made.ts': '// @generated\nimport "kafkajs"\n' }),
    settings: { fileBytesMax: 1_000 },
  })
  assert.deepEqual(engine.analyze(join(root, 'large.ts')).notes.map(note => note.code), ['FILE_TOO_LARGE'])
  assert.deepEqual(engine.analyze(join(root, 'made.ts')).notes.map(note => note.code), ['FILE_GENERATED'])
})

test('an error inside one rule is noted, and the others go on', () => {
  const broken = {
    meta: { id: 'broken', severity: 'error' as const, title: '', why: [], misses: [], whenNotToUse: '' },
    *run(): Generator<never> {
      throw new Error('inside')
    },
  }
  const engine = createEngine({ fileSystem: memory({ 'main.ts': consumer('') }), rules: [broken] })
  const { notes } = engine.analyze(join(root, 'main.ts'))
  assert.deepEqual(notes.map(note => [note.code, note.rule]), [['RULE_FAILED', 'broken']])
})

test('outputs of a team are told by a setting', () => {
  const text = consumer('await publish(message.value)', "import { publish } from '@acme/events'")
  const plain = createEngine({ fileSystem: memory({ 'main.ts': text }) })
  assert.deepEqual(rulesOf(plain, 'main.ts'), [])
  const told = createEngine({ fileSystem: memory({ 'main.ts': text }), settings: { outputs: [{ call: '@acme/events:publish', kind: 'produce' }] } })
  assert.deepEqual(rulesOf(told, 'main.ts'), ['non-idempotent-output'])
})

test('a helper of the fixtures is marked where the look-up stands', () => {
  const folder = join(fixturesRoot, 'offset-after-shuffle', 'invalid')
  const engine = createEngine({ fileSystem: disk() })
  engine.analyze(join(folder, 'helpers.ts'))
  const [finding] = engine.analyze(join(folder, '_helpers.ts')).findings
  assert.equal(finding?.rule, 'offset-after-shuffle')
  assert.ok(finding.evidence.some(one => one.message === 'shuffled here' && one.path.endsWith('_helpers.ts')))
})

test('a file that is only in the editor mends the imports that missed it, and its end breaks them again', () => {
  const engine = createEngine({
    fileSystem: memory({
      'main.js': `import { Kafka } from 'kafkajs'
import { save } from './lib'
import { group } from './names.js'
const consumer = new Kafka({ brokers: [] }).consumer({ groupId: group })
process.once('SIGTERM', () => consumer.disconnect())
await consumer.run({ eachMessage: async ({ message }) => { await save(message.value) } })
`,
      'lib/other.js': '',
    }),
  })
  const main = join(root, 'main.js')
  const seen = (): unknown => {
    const { findings, pipelines } = engine.analyze(main)
    return [pipelines[0]?.groupId, findings.map(finding => finding.rule)]
  }
  const before = seen()
  assert.deepEqual(engine.reach(join(root, 'names.ts')).toSorted(), [main, join(root, 'names.ts')])
  engine.open(join(root, 'names.ts'), "export const group = 'orders'\n", 1)
  engine.open(
    join(root, 'lib', 'index.js'),
    "import { Pool } from 'pg'\nexport const save = value => new Pool().query('INSERT INTO orders (body) VALUES ($1)', [value])\n",
    1,
  )
  assert.ok(engine.reach(join(root, 'lib', 'index.js')).includes(main))
  assert.equal((seen() as string[])[0], 'orders')
  assert.deepEqual(
    engine.analyze(join(root, 'lib', 'index.js')).findings.map(finding => finding.rule),
    ['non-idempotent-output'],
  )
  engine.close(join(root, 'names.ts'))
  engine.close(join(root, 'lib', 'index.js'))
  assert.deepEqual(seen(), before)
})

test('a file that comes between two others leads the findings of the one into the other', () => {
  const [main, between, save] = ['main.ts', 'between.ts', 'save.ts'].map(name => join(root, name)) as [string, string, string]
  const engine = createEngine({
    fileSystem: memory({
      'main.ts': consumer('await pass(message.value)', "import { pass } from './between.ts'"),
      'save.ts': insert,
    }),
  })
  assert.deepEqual([rulesOf(engine, 'main.ts'), rulesOf(engine, 'save.ts')], [[], []])
  engine.open(between, "export { save as pass } from './save.ts'\n", 1)
  assert.deepEqual(new Set(engine.reach(between)), new Set([between, main, save]))
  assert.deepEqual(rulesOf(engine, 'save.ts'), ['non-idempotent-output'])
  engine.close(between)
  assert.ok(engine.reach(between).includes(save), 'what was found there is gone')
  assert.deepEqual(rulesOf(engine, 'save.ts'), [])
})

test('in tests and their helpers a start at the end is a hint; what lies above the package says nothing of it', () => {
  const reader = `import { Kafka } from 'kafkajs'
const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'orders' })
await consumer.subscribe({ topic: 'orders', fromBeginning: false })
await consumer.run({ eachMessage: async ({ message }) => console.log(message.key) })
process.once('SIGTERM', () => consumer.disconnect())
`
  const names = ['test/shop/src/main.ts', 'test/shop/src/main.spec.ts', 'test/shop/test/shared/helpers/read.ts', 'test/shop/src/testing.ts']
  const files = { 'test/shop/package.json': '{}', ...Object.fromEntries(names.map(name => [name, reader])) }
  const severities = (rules: Record<string, 'error'>): (string | undefined)[] => {
    const engine = createEngine({ fileSystem: memory(files), settings: { levels: { rules, overrides: [], folder: undefined } } })
    return names.map(name => engine.analyze(join(root, name)).findings.find(({ rule }) => rule === 'data-loss-reset-policy')?.severity)
  }
  assert.deepEqual(severities({}), ['warning', 'hint', 'hint', 'warning'])
  assert.deepEqual(severities({ 'data-loss-reset-policy': 'error' }), ['error', 'error', 'error', 'error'], 'a setting is final')
})

test('types made of themselves end somewhere', () => {
  const text = `import type { Message } from 'node-rdkafka'
type Cart = Cart | undefined
type Carts = Carts[]
type Later = Promise<Later>
export async function on(cart: Cart, carts: Carts, later: Later, messages: Message[][]) { await kafka(messages) }
`
  const engine = createEngine({ fileSystem: memory({ 'main.ts': text }) })
  assert.deepEqual(engine.analyze(join(root, 'main.ts')).findings, [])
})
