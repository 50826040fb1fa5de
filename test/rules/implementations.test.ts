/** Outputs behind interfaces, abstract classes and tokens: the handler names a type, and the insert is found where it is done. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { abstractPort, abstractTwo, consumer, controller, discovered, type Files, foundIn, moduleOf, orders, pg, port, symbol, tokens, two, upserting } from './implementers.ts'
import { root } from './memory.ts'

/** Found in `pg.ts`, and nowhere else. */
const followed: Record<string, Files> = {
  'an interface in the same file': { 'pg.ts': `${port}${pg('PgOrders implements Orders', '')}${consumer(orders, '')}` },
  'an interface in another file': { 'orders.ts': port, 'pg.ts': pg('PgOrders implements Orders'), 'main.ts': consumer(orders) },
  'through a barrel': {
    'ports/orders.ts': port,
    'ports/index.ts': "export * from './orders.ts'\n",
    'pg.ts': pg('PgOrders implements Orders', "import type { Order, Orders } from './ports/index.ts'"),
    'main.ts': consumer(orders, "import type { Orders } from './ports'"),
  },
  'under another name': {
    'orders.ts': port,
    'pg.ts': pg('PgOrders implements Port', "import type { Order, Orders as Port } from './orders.ts'"),
    'main.ts': consumer('private readonly orders: Saving', "import type { Orders as Saving } from './orders.ts'"),
  },
  'as the default of its file': {
    'orders.ts': 'export default interface Orders { save(order: unknown): Promise<void> }\n',
    'pg.ts': pg('PgOrders implements Orders', "import type Orders from './orders.ts'\ntype Order = unknown"),
    'main.ts': consumer(orders, "import type Orders from './orders.ts'"),
  },
  'through a namespace': {
    'orders.ts': port,
    'pg.ts': pg('PgOrders implements ports.Orders', "import type * as ports from './orders.ts'\ntype Order = ports.Order"),
    'main.ts': consumer('private readonly orders: ports.Orders', "import type * as ports from './orders.ts'"),
  },
  'an object type with a name': {
    'orders.ts': 'export type Order = { id: string }\nexport type Orders = { save(order: Order): Promise<void> }\n',
    'pg.ts': pg('PgOrders implements Orders'),
    'main.ts': consumer(orders),
  },
  'an interface that extends the one that is asked for': {
    'orders.ts': `${port}export interface PersistentOrders extends Orders { load(id: string): Promise<Order> }\n`,
    'pg.ts': pg('PgOrders implements PersistentOrders', "import type { Order, PersistentOrders } from './orders.ts'"),
    'main.ts': consumer(orders),
  },
  'a member of the interface that is extended': {
    'orders.ts': `${port}export interface PersistentOrders extends Orders { load(id: string): Promise<Order> }\n`,
    'pg.ts': pg('PgOrders implements PersistentOrders', "import type { Order, PersistentOrders } from './orders.ts'"),
    'main.ts': consumer('private readonly orders: PersistentOrders', "import type { PersistentOrders } from './orders.ts'"),
  },
  'an abstract class': {
    'orders.ts': abstractPort,
    'pg.ts': pg('PgOrders extends Orders', "import { type Order, Orders } from './orders.ts'"),
    'main.ts': consumer(orders, "import { Orders } from './orders.ts'"),
  },
  'an abstract class between': {
    'orders.ts': port,
    'base.ts': "import type { Order, Orders } from './orders.ts'\nexport abstract class BaseOrders implements Orders { abstract save(order: Order): Promise<void> }\n",
    'pg.ts': pg('PgOrders extends BaseOrders', "import type { Order } from './orders.ts'\nimport { BaseOrders } from './base.ts'"),
    'main.ts': consumer(orders),
  },
  'a template method': {
    'orders.ts': `export interface Order { id: string }
export abstract class Orders {
  async save(order: Order): Promise<void> { await this.write(order) }
  protected abstract write(order: Order): Promise<void>
}
`,
    'pg.ts': pg('PgOrders extends Orders', "import { type Order, Orders } from './orders.ts'").replace('async save', 'protected async write'),
    'main.ts': consumer(orders, "import { Orders } from './orders.ts'"),
  },
  'an abstract handler': {
    'handler.ts': `import { Kafka } from 'kafkajs'
export abstract class Handler {
  protected abstract save(order: unknown): Promise<void>
  async start() {
    const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'orders' })
    await consumer.run({ eachMessage: async ({ message }) => { await this.save(message.value) } })
    process.once('SIGTERM', () => consumer.disconnect())
  }
}
`,
    'pg.ts': pg('OrdersHandler extends Handler', "import { Handler } from './handler.ts'\ntype Order = unknown"),
  },
  'handed up by super, of two': {
    'orders.ts': port,
    'pg.ts': pg('PgOrders implements Orders'),
    'mongo.ts': pg('MongoOrders implements Orders'),
    'base.ts': `import type { Order, Orders } from './orders.ts'
export abstract class Handler {
  constructor(protected readonly name: string, ${orders.replace('private', 'protected')}) {}
  async on(order: Order) { await this.orders.save(order) }
}
`,
    'main.ts': `import { Kafka } from 'kafkajs'
import { Handler } from './base.ts'
import type { Orders } from './orders.ts'
import { PgOrders } from './pg.ts'
class NamedHandler extends Handler { constructor(orders: Orders) { super('orders', orders) } }
class OrdersHandler extends NamedHandler {}
const handler = new OrdersHandler(new PgOrders())
const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'orders' })
await consumer.run({ eachMessage: async ({ message }) => { await handler.on(JSON.parse(String(message.value))) } })
process.once('SIGTERM', () => consumer.disconnect())
`,
  },
  'a parameter of a function': {
    'orders.ts': port,
    'pg.ts': pg('PgOrders implements Orders'),
    'main.ts': `import { Kafka } from 'kafkajs'
import type { Orders } from './orders.ts'
export async function start(orders: Orders) {
  const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'orders' })
  await consumer.run({ eachMessage: async ({ message }) => { await orders.save(JSON.parse(String(message.value))) } })
  process.once('SIGTERM', () => consumer.disconnect())
}
`,
  },
  'a generic interface': {
    'repository.ts': 'export interface Repository<T> { save(one: T): Promise<void> }\n',
    'models.ts': 'export interface Order { id: string }\nexport interface Cart { id: string }\n',
    'pg.ts': pg('PgOrders implements Repository<Order>', "import type { Order } from './models.ts'\nimport type { Repository } from './repository.ts'"),
    'carts.ts': pg('PgCarts implements Repository<Cart>', "import type { Cart } from './models.ts'\nimport type { Repository } from './repository.ts'").replace('order: Order', 'order: Cart'),
    'main.ts': consumer('private readonly orders: Repository<Order>', "import type { Order } from './models.ts'\nimport type { Repository } from './repository.ts'"),
  },
  'a generic base class': {
    'repository.ts': `export interface Repository<T> { save(one: T): Promise<void> }
export abstract class BaseRepository<M, T> implements Repository<T> { abstract save(one: T): Promise<void>; map(one: T): M | undefined { return undefined } }
`,
    'models.ts': 'export interface Order { id: string }\nexport interface Cart { id: string }\n',
    'pg.ts': pg('PgOrders extends BaseRepository<string, Order>', "import type { Order } from './models.ts'\nimport { BaseRepository } from './repository.ts'"),
    'carts.ts': pg('PgCarts extends BaseRepository<string, Cart>', "import type { Cart } from './models.ts'\nimport { BaseRepository } from './repository.ts'").replace('order: Order', 'order: Cart'),
    'main.ts': consumer('private readonly orders: Repository<Order>', "import type { Order } from './models.ts'\nimport type { Repository } from './repository.ts'"),
  },
  'a double beside the real one': {
    'orders.ts': port,
    'pg.ts': pg('PgOrders implements Orders'),
    'memory.ts': pg('InMemoryOrders implements Orders'),
    'orders.mock.ts': pg('OrdersForTests implements Orders'),
    'pg.spec.ts': pg('FailingOrders implements Orders'),
    'main.ts': consumer(orders),
  },
  'a double, where there is nothing else': { 'orders.ts': port, 'pg.ts': pg('InMemoryOrders implements Orders'), 'main.ts': consumer(orders) },
  'another interface of the same name': {
    'orders.ts': port,
    'pg.ts': pg('PgOrders implements Orders'),
    'other.ts': `${port}${pg('OtherOrders implements Orders', '')}`,
    'main.ts': consumer(orders),
  },
  'what is made in sight, of two': {
    'orders.ts': port,
    'pg.ts': pg('PgOrders implements Orders'),
    'mongo.ts': pg('MongoOrders implements Orders'),
    'main.ts': `import { Kafka } from 'kafkajs'
import type { Order, Orders } from './orders.ts'
import { PgOrders } from './pg.ts'
class Handler {
  constructor(${orders}) {}
  async on(order: Order) { await this.orders.save(order) }
}
const handler = new Handler(new PgOrders())
const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'orders' })
await consumer.run({ eachMessage: async ({ message }) => { await handler.on(JSON.parse(String(message.value))) } })
process.once('SIGTERM', () => consumer.disconnect())
`,
  },
}

for (const [name, files] of Object.entries(followed))
  test(name, async () => assert.deepEqual(foundIn(await discovered(files), Object.keys(files)), ['pg.ts']))

/** Nothing is found, and nothing is claimed. */
const silent: Record<string, Files> = {
  'two implementers': { ...two, 'main.ts': consumer(orders) },
  'two heirs of an abstract class': { ...abstractTwo, 'main.ts': consumer(orders, "import { Orders } from './orders.ts'") },
  'a class and one that extends it': { ...two, 'mongo.ts': pg('AuditedOrders extends PgOrders', "import type { Order } from './orders.ts'\nimport { PgOrders } from './pg.ts'"), 'main.ts': consumer(orders) },
  'two bindings of one symbol': {
    ...two,
    'tokens.ts': tokens,
    'main.ts': controller('ORDERS', symbol),
    'module.ts': moduleOf('{ provide: ORDERS, useClass: PgOrders }', symbol),
    'other.ts': moduleOf('{ provide: ORDERS, useClass: MongoOrders }', symbol),
  },
  'a binding that chooses': { ...two, 'main.ts': controller("'ORDERS'"), 'module.ts': moduleOf("{ provide: 'ORDERS', useClass: process.env.MONGO ? MongoOrders : PgOrders }") },
  'a factory of which one side is not known': {
    ...two,
    'main.ts': controller("'ORDERS'"),
    'module.ts': moduleOf("{ provide: 'ORDERS', useFactory: () => process.env.REMOTE ? make() : new PgOrders() }", "import { make } from './make.ts'"),
  },
  'another symbol of the same name': {
    ...two,
    'tokens.ts': tokens,
    'main.ts': controller('ORDERS', symbol),
    'module.ts': moduleOf('{ provide: ORDERS, useClass: PgOrders }', "const ORDERS = Symbol('orders')"),
  },
  'no implementer': { 'orders.ts': port, 'main.ts': consumer(orders) },
  'one in a test only': { 'orders.ts': port, 'pg.spec.ts': pg('PgOrders implements Orders'), 'main.ts': consumer(orders) },
  'one that implements another interface of the same name': { 'orders.ts': port, 'pg.ts': `${port}${pg('PgOrders implements Orders', '')}`, 'main.ts': consumer(orders) },
  'a repository of something else': {
    'repository.ts': 'export interface Repository<T> { save(one: T): Promise<void> }\n',
    'models.ts': 'export interface Order { id: string }\nexport interface Cart { id: string }\n',
    'carts.ts': pg('PgCarts implements Repository<Cart>', "import type { Cart } from './models.ts'\nimport type { Repository } from './repository.ts'").replace('order: Order', 'order: Cart'),
    'main.ts': consumer('private readonly orders: Repository<Order>', "import type { Order } from './models.ts'\nimport type { Repository } from './repository.ts'"),
  },
  'an upsert behind it': { 'orders.ts': port, 'pg.ts': upserting(pg('PgOrders implements Orders')), 'main.ts': consumer(orders) },
  'duck typing in JavaScript': {
    'pg.js': "import { Pool } from 'pg'\nconst pool = new Pool()\nexport class PgOrders { async save(order) { await pool.query('INSERT INTO orders (body) VALUES ($1)', [order]) } }\n",
    'main.js': `import { Kafka } from 'kafkajs'
export class OrdersConsumer {
  constructor(orders) { this.orders = orders }
  async start() {
    const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'orders' })
    await consumer.run({ eachMessage: async ({ message }) => { await this.orders.save(message.value) } })
    process.once('SIGTERM', () => consumer.disconnect())
  }
}
`,
  },
}

for (const [name, files] of Object.entries(silent))
  test(`silent: ${name}`, async () => assert.deepEqual(foundIn(await discovered(files), Object.keys(files)), []))

test('of several the guarantee is not known, and they are named where they stand', async () => {
  const engine = await discovered({ ...two, 'main.ts': consumer(orders) })
  const [pipeline] = engine.analyze(join(root, 'main.ts')).pipelines
  assert.equal(pipeline?.inferred, 'unknown')
  const evidence = pipeline.evidence.map(({ path, message }) => [path.slice(root.length + 1), message])
  assert.deepEqual(evidence.slice(1), [
    ['main.ts', "'this.orders.save' is MongoOrders.save or PgOrders.save: which one is not known here"],
    ['mongo.ts', "it may be 'MongoOrders.save'"],
    ['pg.ts', "it may be 'PgOrders.save'"],
  ])
})

/** The rules and the guarantee of `main.ts`, whatever the repository is called there. */
async function verdict(files: Files): Promise<unknown> {
  const engine = await discovered(files)
  const found = Object.keys(files).flatMap(name => engine.analyze(join(root, name)).findings.map(({ rule, range }) => [name, rule, range.start.line]))
  return { found, inferred: engine.analyze(join(root, 'main.ts')).pipelines.map(({ inferred }) => inferred) }
}

const stateful: Record<string, { read: string; write: string }> = {
  'reads, changes and saves': { read: 'SELECT * FROM orders WHERE id = $1', write: 'UPDATE orders SET total = $2 WHERE id = $1' },
  'reads, changes and upserts': { read: 'SELECT * FROM orders WHERE id = $1', write: 'INSERT INTO orders (id, total) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET total = excluded.total' },
  'adds': { read: 'SELECT * FROM orders WHERE id = $1', write: 'UPDATE orders SET total = total + $2 WHERE id = $1' },
}

for (const [name, { read, write }] of Object.entries(stateful))
  test(`a handler that ${name} through an interface is judged as one with the class`, async () => {
    const files = (type: string): Files => ({
      'orders.ts': `export interface Order { id: string; total: number }
export interface Orders { get(id: string): Promise<Order>; save(order: Order): Promise<void> }
`,
      'pg.ts': `import { Pool } from 'pg'
import type { Order, Orders } from './orders.ts'
const pool = new Pool()
export class PgOrders implements Orders {
  async get(id: string): Promise<Order> { const { rows } = await pool.query('${read}', [id]); return rows[0] }
  async save(order: Order): Promise<void> { await pool.query('${write}', [order.id, order.total]) }
}
`,
      'main.ts': `import { Kafka } from 'kafkajs'
import type { Orders } from './orders.ts'
import type { PgOrders } from './pg.ts'
export class Totals {
  constructor(private readonly orders: ${type}) {}
  async start() {
    const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'orders' })
    await consumer.run({ eachMessage: async ({ message }) => {
      const order = await this.orders.get(String(message.key))
      order.total += Number(message.value)
      await this.orders.save(order)
    } })
    process.once('SIGTERM', () => consumer.disconnect())
  }
}
`,
    })
    const byClass = await verdict(files('PgOrders'))
    assert.deepEqual(await verdict(files('Orders')), byClass)
    assert.notDeepEqual(byClass, { found: [], inferred: ['at-least-once'] }, 'something is known of the class')
  })

test('an implementer that swallows errors, and one that waits for nothing', async () => {
  const insert = "await pool.query('INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING', [order])"
  const swallowing = pg('PgOrders implements Orders').replace(/await pool.query\(.*\]\)/, `try { ${insert} } catch (error) { console.error(error) }`)
  const floating = pg('PgOrders implements Orders').replace(/await pool.query\(.*\]\)/, insert.replace('await ', ''))
  const rules = async (text: string): Promise<unknown> => {
    const engine = await discovered({ 'orders.ts': port, 'pg.ts': text, 'main.ts': consumer(orders) })
    const [pipeline] = engine.analyze(join(root, 'main.ts')).pipelines
    return [engine.analyze(join(root, 'pg.ts')).findings.map(({ rule }) => rule), pipeline?.inferred]
  }
  assert.deepEqual(await rules(swallowing), [['swallowed-error'], 'at-most-once'])
  assert.deepEqual(await rules(floating), [['unawaited-output'], 'at-most-once'])
})

test('the finding leads back to the call in the handler', async () => {
  const engine = await discovered({ 'orders.ts': port, 'pg.ts': pg('PgOrders implements Orders'), 'main.ts': consumer(orders) })
  const [finding] = engine.analyze(join(root, 'pg.ts')).findings
  assert.deepEqual(finding?.evidence.map(({ path, message }) => [path, message]), [[join(root, 'main.ts'), 'called from the handler here']])
})

test('types that are made of themselves end somewhere', async () => {
  const engine = await discovered({
    'main.ts': `import { Kafka } from 'kafkajs'
type Carts = Carts[]
interface Repository<T> extends Repository<T> { save(one: T): Promise<void> }
abstract class Base<T> extends Base<T> implements Repository<T> { abstract save(one: T): Promise<void> }
class Stored extends Stored implements Repository<Carts> { async save(one: Carts) {} }
export async function start(one: Repository<Carts>, other: Base<Carts>) {
  const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'carts' })
  await consumer.run({ eachMessage: async ({ message }) => { await one.save(message.value); await other.save(message.value) } })
}
`,
  })
  assert.equal(engine.analyze(join(root, 'main.ts')).pipelines.length, 1)
})
