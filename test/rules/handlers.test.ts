/** Where handlers stand: every form leads to the same insert, and the insert to the same finding. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { createEngine } from '@tidemark/server/analysis/engine/engine'
import { folder } from '../server/folder.ts'
import { disk } from './fixtures.ts'
import { memory, root } from './memory.ts'

const made = `import { Kafka } from 'kafkajs'
import { Pool } from 'pg'
const pool = new Pool()
const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'orders' })
const save = value => pool.query('INSERT INTO orders (body) VALUES ($1)', [value])
process.once('SIGTERM', () => consumer.disconnect())
`
const exported = `import { Pool } from 'pg'
const pool = new Pool()
export const save = (value: unknown) => pool.query('INSERT INTO orders (body) VALUES ($1)', [value])
export default save
`
const user = (from: string): string => `import { Kafka } from 'kafkajs'
import { save } from '${from}'
const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'orders' })
await consumer.run({ eachMessage: async ({ message }) => { await save(message.value) } })
process.once('SIGTERM', () => consumer.disconnect())
`

/** What is found in `name` after the file `from` was looked at. */
function found(files: Record<string, string>, name: string, from = name): string[] {
  const engine = createEngine({ fileSystem: memory(files) })
  engine.analyze(join(root, from))
  return engine.analyze(join(root, name)).findings.map(finding => finding.rule)
}

const forms = {
  inline: 'await consumer.run({ eachMessage: async ({ message }) => { await save(message.value) } })',
  method: 'await consumer.run({ async eachMessage({ message }) { await save(message.value) } })',
  'named function': 'async function on({ message }) { await save(message.value) }\nawait consumer.run({ eachMessage: on })',
  'static method':
    'class Orders { static async on({ message }) { await save(message.value) } }\nawait consumer.run({ eachMessage: Orders.on })',
  'private method': 'class Orders { async #on({ message }) { await save(message.value) }\nstart() { return consumer.run({ eachMessage: p => this.#on(p) }) } }',
  'method taken apart': 'const { on } = { on: async ({ message }) => { await save(message.value) } }\nawait consumer.run({ eachMessage: on })',
  'retrying wrapper':
    'const retrying = work => async payload => { for (;;) { try { return await work(payload) } catch (error) { console.warn(error) } } }\nawait consumer.run({ eachMessage: retrying(async ({ message }) => { await save(message.value) }) })',
  'composed wrappers':
    'const logged = work => async payload => { console.log(payload.topic); await work(payload) }\nconst traced = work => payload => work(payload)\nawait consumer.run({ eachMessage: traced(logged(async ({ message }) => { await save(message.value) })) })',
  'options made by a function': 'const options = () => ({ eachMessage: async ({ message }) => { await save(message.value) } })\nawait consumer.run(options())',
  'options changed later': 'const options = {}\noptions.eachMessage = async ({ message }) => { await save(message.value) }\nawait consumer.run(options)',
  'options of a constructor, changed later': 'const options = new Object()\noptions.eachMessage = async ({ message }) => { await save(message.value) }\nawait consumer.run(options)',
  'five layers':
    'const adapter = () => ({ add: async value => { await save(value) } })\nconst repository = of => ({ add: value => of.add(value) })\nconst repositories = repository(adapter())\nconst place = async (value, of) => { await of.add(value) }\nconst handle = async (value, kind) => { if (kind === "placed") await place(value, repositories) }\nawait consumer.run({ eachMessage: async ({ message }) => { await handle(message.value, String(message.key)) } })',
  'class of options':
    'class Options { eachMessage = async ({ message }) => { await save(message.value) } }\nconst options = new Options()\nawait consumer.run({ eachMessage: options.eachMessage })',
  'table of functions':
    'const handlers = { orders: async message => { await save(message.value) }, carts: async () => undefined }\nawait consumer.run({ eachMessage: async ({ topic, message }) => { await handlers[topic]?.(message) } })',
  'map of functions':
    "const handlers = new Map([['carts', async () => undefined], ['orders', async message => { await save(message.value) }]])\nawait consumer.run({ eachMessage: async ({ topic, message }) => { const on = handlers.get(topic)\nif (on) await on(message) } })",
  'one of two functions':
    'const one = async ({ message }) => { await save(message.value) }\nconst two = async () => undefined\nawait consumer.run({ eachMessage: process.env.MODE ? two : one })',
  'then instead of await': 'await consumer.run({ eachMessage: ({ message }) => save(message.value).then(() => undefined) })',
  'batch': 'await consumer.run({ eachBatch: async ({ batch, heartbeat }) => { for (const message of batch.messages) { await save(message.value)\nawait heartbeat() } } })',
  'template method':
    'class Reader { async start() { await consumer.run({ eachMessage: async payload => { await this.before(payload)\nawait this.handle(payload.message) } }) }\nasync before() {}\nasync handle() { throw new Error("abstract") } }\nclass Orders extends Reader { async handle(message) { await save(message.value) } }\nawait new Orders().start()',
  'broken in mid-edit': 'await consumer.run({ eachMessage: async ({ message }) => { await save(message.value)\nif (message.',
}

test('a client given by a caller that is not known', () => {
  const text = `const { Pool } = require('pg')
const pool = new Pool()
module.exports = async ({ kafkaClient, groupId }) => {
  const consumer = kafkaClient.consumer({ groupId })
  await consumer.run({ eachMessage: async ({ message }) => { await pool.query('INSERT INTO orders (body) VALUES ($1)', [message.value]) } })
  return consumer.disconnect
}
`
  assert.deepEqual(found({ 'main.js': text }, 'main.js'), ['non-idempotent-output'])
})

for (const [name, body] of Object.entries(forms))
  test(name, () => assert.deepEqual(found({ 'main.js': `${made}${body}\n` }, 'main.js'), ['non-idempotent-output']))

const streams = `import { Consumer, stringDeserializers, type MessagesStream } from '@platformatic/kafka'
import { Pool } from 'pg'
const pool = new Pool()
const save = (value: unknown) => pool.query('INSERT INTO orders (body) VALUES ($1)', [value])
`
const opened = `const consumer = new Consumer({ groupId: 'orders', clientId: 'orders', bootstrapBrokers: [], deserializers: stringDeserializers, autocommit: false })`
const readers: Record<string, string> = {
  'a stream kept in a field': `export class Orders {
  stream?: MessagesStream<string, string, string, string>
  async start() { ${opened}
    this.stream = await consumer.consume({ topics: ['orders'] })
    await this.run() }
  async run() { for await (const message of this.stream) { await save(message.value)\nawait message.commit() } }
  stop() { return this.stream?.close() }
}`,
  'a stream handed on': `export class Orders {
  async start() { ${opened}
    const stream = await consumer.consume({ topics: ['orders'] })
    this.run(stream).catch(error => this.fail(error)) }
  async run(stream: MessagesStream<string, string, string, string>) { for await (const message of stream) { await save(message.value)\nawait message.commit() } }
  fail(error: unknown) { throw error }
  stop() { return process.exit() }
}`,
}
for (const [name, body] of Object.entries(readers))
  test(name, () => assert.deepEqual(found({ 'main.ts': `${streams}${body}\n` }, 'main.ts'), ['non-idempotent-output']))

test('a stream of another class is not taken for its own', () => {
  const carts = `export class Orders {
  async start() { ${opened}
    return await consumer.consume({ topics: ['orders'] }) }
}
export class Carts {
  async start() { ${opened.replace("'orders'", "'carts'")}
    return await consumer.consume({ topics: ['carts'] }) }
  async run(stream: MessagesStream<string, string, string, string>) { for await (const message of stream) { await save(message.value)\nawait message.commit() } }
}`
  const { pipelines } = createEngine({ fileSystem: memory({ 'main.ts': `${streams}${carts}\n` }) }).analyze(join(root, 'main.ts'))
  assert.deepEqual(
    pipelines.map(pipeline => pipeline.inferred),
    ['unknown', 'at-least-once'],
  )
})

test("a message that a producer sends is no record, whichever library's name for it is taken", () => {
  for (const from of ["{ Message } from 'kafkajs'", "{ Message } from '@confluentinc/kafka-javascript/lib/kafkajs'", "{ KafkaJS } from '@confluentinc/kafka-javascript'"]) {
    const type = from.includes('KafkaJS') ? 'KafkaJS.Message' : 'Message'
    const text = `import type ${from}
import { Pool } from 'pg'
const pool = new Pool()
export async function publish(messages: ${type}[]) { try { await pool.query('INSERT INTO outbox (body) VALUES ($1)', [messages]) } catch (error) { console.error(error) } }
`
    assert.deepEqual(found({ 'main.ts': text }, 'main.ts'), [], from)
  }
})

test("the Confluent client's own file is its KafkaJS", () => {
  const text = made.replace("'kafkajs'", "'@confluentinc/kafka-javascript/lib/kafkajs'")
  assert.deepEqual(found({ 'main.js': `${text}consumer.run({ eachMessage: async ({ message }) => { await save(message.value) } })\n` }, 'main.js'), ['non-idempotent-output'])
})

for (const extension of ['js', 'jsx', 'mjs', 'cjs', 'ts', 'tsx', 'mts', 'cts'])
  test(`.${extension}`, () => {
    const isCommon = extension === 'cjs'
    const text = isCommon ? made.replace(/import \{ (\w+) \} from ('\w+')/g, 'const { $1 } = require($2)') : made
    assert.deepEqual(found({ [`main.${extension}`]: `${text}consumer.run({ eachMessage: async ({ message }) => { await save(message.value) } })\n` }, `main.${extension}`), [
      'non-idempotent-output',
    ])
  })

/** The first of them does no harm; the one behind it inserts. */
const listed = `import { Pool } from 'pg'
const pool = new Pool()
export class Removed { async handle(value: unknown) { await pool.query('DELETE FROM orders WHERE body = $1', [value]) } }
export class Placed { async handle(value: unknown) { await pool.query('INSERT INTO orders (body) VALUES ($1)', [value]) } }
export const list = [new Removed(), new Placed()]
export const functions = [...[(value: unknown) => new Removed().handle(value)], (value: unknown) => new Placed().handle(value)]
export const byType: Record<string, Removed | Placed> = { removed: new Removed(), placed: new Placed() }
export const map = new Map([['removed', new Removed()], ['placed', new Placed()]])
`
const fromList = (name: string, body: string) => ({
  files: { 'list.ts': listed, 'main.ts': user('./list.ts').replace('{ save }', `{ ${name} }`).replace('await save(message.value)', body) },
  target: 'list.ts',
  from: 'main.ts',
})

const layouts: Record<string, { readonly files: Record<string, string>; readonly target: string; readonly from: string }> = {
  'npm workspaces': workspace({ 'package.json': JSON.stringify({ workspaces: ['packages/*'] }) }),
  'yarn workspaces': workspace({ 'package.json': JSON.stringify({ workspaces: { packages: ['packages/*'] } }) }),
  'pnpm workspaces': workspace({ 'package.json': '{}', 'pnpm-workspace.yaml': "packages:\n  - 'packages/*'\n" }),
  're-exports and barrels': {
    files: {
      'save.ts': exported,
      'again.ts': "export { default as save } from './save'\n",
      'index.ts': "export * from './again'\n",
      'main.ts': user('.'),
    },
    target: 'save.ts',
    from: 'main.ts',
  },
  'a list in another file, one after the other': fromList('list', 'for (const one of list) await one.handle(message.value)'),
  'a list in another file, all together': fromList('list', 'await Promise.all(list.map(one => one.handle(message.value)))'),
  'a list of functions in another file': fromList('functions', 'for (const one of functions) await one(message.value)'),
  'a table in another file': fromList('byType', 'await byType[String(message.key)]?.handle(message.value)'),
  'a map in another file': fromList('map', 'await map.get(String(message.key))?.handle(message.value)'),
  'a base class in another file': {
    files: {
      'reader.ts': `import { Kafka, type KafkaMessage } from 'kafkajs'
export abstract class Reader {
  protected readonly consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'orders' })
  async start(topic: string) {
    await this.consumer.subscribe({ topic, fromBeginning: true })
    await this.consumer.run({ eachMessage: async ({ message }) => { await this.handle(message) } })
  }
  stop() { return this.consumer.disconnect() }
  protected abstract handle(message: KafkaMessage): Promise<void>
}
`,
      'orders.ts': `import type { KafkaMessage } from 'kafkajs'
import { Reader } from './reader'
import { save } from './save'
export class Orders extends Reader {
  protected async handle(message: KafkaMessage) { await save(message.value) }
}
`,
      'save.ts': exported,
    },
    target: 'save.ts',
    from: 'orders.ts',
  },
  'decorators': {
    files: {
      'orders.ts': `import { Controller } from '@nestjs/common'
import { EventPattern, Payload } from '@nestjs/microservices'
import { Orders } from './service'
@Controller()
export class OrdersController {
  constructor(private readonly orders: Orders) {}
  @EventPattern('orders')
  async on(@Payload() order: { id: string }) { await this.orders.add(order) }
}
`,
      'service.ts': `import { save } from './save'
export class Orders { async add(order: unknown) { await save(order) } }
`,
      'save.ts': exported,
    },
    target: 'save.ts',
    from: 'orders.ts',
  },
}

function workspace(roots: Record<string, string>): (typeof layouts)[string] {
  return {
    files: {
      ...roots,
      'packages/store/package.json': JSON.stringify({ name: '@shop/store', exports: './dist/index.js' }),
      'packages/store/src/index.ts': exported,
      'packages/app/package.json': JSON.stringify({ name: '@shop/app', dependencies: { '@shop/store': '*' } }),
      'packages/app/src/main.ts': user('@shop/store'),
    },
    target: 'packages/store/src/index.ts',
    from: 'packages/app/src/main.ts',
  }
}

test('path aliases', t => {
  const { path, at } = folder(t, {
    // Aliases are read from the disk, also where another file holds them.
    'tsconfig.base.json': JSON.stringify({ compilerOptions: { baseUrl: '.', paths: { '@store/*': ['src/store/*'] } } }),
    'tsconfig.json': JSON.stringify({ extends: './tsconfig.base.json' }),
    'src/store/save.ts': exported,
    'src/main.ts': user('@store/save'),
  })
  const engine = createEngine({ fileSystem: disk() })
  assert.equal(engine.analyze(at('src/main.ts')).pipelines.length, 1, path)
  assert.deepEqual(engine.analyze(at('src/store/save.ts')).findings.map(finding => finding.rule), ['non-idempotent-output'])
})

for (const [name, { files, target, from }] of Object.entries(layouts))
  test(name, () => assert.deepEqual(found(files, target, from), ['non-idempotent-output']))

const pool = "import { Pool } from 'pg'\nconst pool = new Pool()\nconst save = value => pool.query('INSERT INTO orders (body) VALUES ($1)', [value])\n"
const libraries = {
  'kafkajs': made + forms.inline,
  '@confluentinc/kafka-javascript, as kafkajs': `import { KafkaJS } from '@confluentinc/kafka-javascript'\n${pool}
const consumer = new KafkaJS.Kafka({}).consumer({ kafkaJS: { groupId: 'orders' } })
await consumer.run({ eachMessage: async ({ message }) => { await save(message.value) } })
process.once('SIGTERM', () => consumer.disconnect())`,
  '@confluentinc/kafka-javascript, as node-rdkafka': `import { KafkaConsumer } from '@confluentinc/kafka-javascript'\n${pool}
const consumer = new KafkaConsumer({ 'group.id': 'orders', 'enable.auto.commit': false }, {})
consumer.on('data', async message => { await save(message.value)
consumer.commitMessage(message) })
process.once('SIGTERM', () => consumer.disconnect())`,
  'node-rdkafka, flowing': `import Kafka from 'node-rdkafka'\n${pool}
const consumer = new Kafka.KafkaConsumer({ 'group.id': 'orders', 'enable.auto.commit': false }, {})
consumer.on('data', async message => { await save(message.value)
consumer.commitMessage(message) })
process.once('SIGTERM', () => consumer.disconnect())`,
  'node-rdkafka, as a stream': `import Kafka from 'node-rdkafka'\n${pool}
const stream = Kafka.KafkaConsumer.createReadStream({ 'group.id': 'orders', 'enable.auto.commit': false }, {}, { topics: ['orders'] })
stream.on('data', async message => { await save(message.value)
stream.consumer.commitMessage(message) })
process.once('SIGTERM', () => stream.close())`,
  'node-rdkafka, a class that is the client': `import { KafkaConsumer } from 'node-rdkafka'\n${pool}
class Orders extends KafkaConsumer { constructor() { super({ 'group.id': 'orders', 'enable.auto.commit': false }, {})
this.on('data', async message => { await save(message.value)
this.commitMessage(message) }) } }
const orders = new Orders()
process.once('SIGTERM', () => orders.disconnect())`,
  'node-rdkafka, promisified in a factory': `import Kafka from 'node-rdkafka'\nimport { promisifyAll } from 'bluebird'\n${pool}
const make = async group => { const consumer = promisifyAll(new Kafka.KafkaConsumer({ 'group.id': group, 'enable.auto.commit': false }, {}))
await consumer.connectAsync()
return consumer }
async function run() { const consumer = await make('orders')
process.once('SIGTERM', () => consumer.disconnect())
while (true) for (const message of await consumer.consumeAsync(10)) { await save(message.value)
consumer.commitMessage(message) } }
await run()`,
  'node-rdkafka, ready by a promise': `import Kafka from 'node-rdkafka'\n${pool}
function ready(group) { const consumer = new Kafka.KafkaConsumer({ 'group.id': group, 'enable.auto.commit': false }, {})
return new Promise((resolve, reject) => { consumer.connect()
consumer.on('event.error', reject).on('ready', () => resolve(consumer)) }) }
const consumer = await ready('orders')
consumer.on('data', async message => { await save(message.value)
consumer.commitMessage(message) })
process.once('SIGTERM', () => consumer.disconnect())`,
  'node-rdkafka, a promise around the callback': `import Kafka from 'node-rdkafka'\n${pool}
const next = (consumer, count) => new Promise((resolve, reject) => consumer.consume(count, (error, messages) => (error ? reject(error) : resolve(messages))))
async function run() { const consumer = new Kafka.KafkaConsumer({ 'group.id': 'orders', 'enable.auto.commit': false }, {})
process.once('SIGTERM', () => consumer.disconnect())
while (true) for (const message of await next(consumer, 10)) { await save(message.value)
consumer.commitMessage(message) } }
await run()`,
  '@platformatic/kafka, a class that is the client': `import { Consumer } from '@platformatic/kafka'\n${pool}
class Orders extends Consumer { constructor() { super({ groupId: 'orders', bootstrapBrokers: [] }) }
async start() { const stream = await this.consume({ topics: ['orders'], autocommit: false })
for await (const message of stream) { await save(message.value)
await message.commit() } } }
const orders = new Orders()
await orders.start()
process.once('SIGTERM', () => orders.close())`,
  '@platformatic/kafka, for await': `import { Consumer } from '@platformatic/kafka'\n${pool}
const consumer = new Consumer({ groupId: 'orders', bootstrapBrokers: [] })
const stream = await consumer.consume({ topics: ['orders'], autocommit: false })
for await (const message of stream) { await save(message.value)
await message.commit() }
process.once('SIGTERM', () => consumer.close())`,
}

for (const [name, text] of Object.entries(libraries))
  test(name, () => assert.deepEqual(found({ 'main.js': `${text}\n` }, 'main.js'), ['non-idempotent-output']))
