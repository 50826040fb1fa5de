/** Which of several classes it is: what a container of dependency injection is told decides. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { abstractTwo, byClass, consumer, controller, discovered, type Files, foundIn, moduleOf, nest, orders, pg, port, symbol, tokens, two, upserting } from './implementers.ts'

/** Two classes implement it; what the container is told decides: found in `pg.ts`, and nowhere else. */
const bound: Record<string, Files> = {
  'a text token': { ...two, 'main.ts': controller("'ORDERS'"), 'module.ts': moduleOf("{ provide: 'ORDERS', useClass: PgOrders }") },
  'a text with a name': {
    ...two,
    'tokens.ts': "export const ORDERS = 'orders.repository'\n",
    'main.ts': controller('ORDERS', symbol),
    'module.ts': moduleOf("{ provide: 'orders.repository', useClass: PgOrders }"),
  },
  'a symbol': { ...two, 'tokens.ts': tokens, 'main.ts': controller('ORDERS', symbol), 'module.ts': moduleOf('{ provide: ORDERS, useClass: PgOrders }', symbol) },
  'a symbol in an object': {
    ...two,
    'tokens.ts': "export const TOKENS = { Orders: Symbol.for('orders') }\n",
    'main.ts': controller('TOKENS.Orders', "import { TOKENS } from './tokens.ts'"),
    'module.ts': moduleOf('{ provide: TOKENS.Orders, useClass: PgOrders }', "import { TOKENS } from './tokens.ts'"),
  },
  'a class as token': { ...abstractTwo, 'main.ts': byClass, 'module.ts': moduleOf('{ provide: Orders, useClass: PgOrders }', "import { Orders } from './orders.ts'") },
  'a class that is replaced': {
    'orders.ts': upserting(pg('Orders', 'export interface Order { id: string }')),
    'pg.ts': pg('PgOrders extends Orders', "import { type Order, Orders } from './orders.ts'"),
    'mongo.ts': 'export class MongoOrders {}\n',
    'main.ts': byClass,
    'module.ts': moduleOf('{ provide: Orders, useClass: PgOrders }', "import { Orders } from './orders.ts'"),
  },
  'a factory': { ...two, 'main.ts': controller("'ORDERS'"), 'module.ts': moduleOf("{ provide: 'ORDERS', useFactory: (url: string) => { return new PgOrders() }, inject: ['URL'] }") },
  'a factory that chooses a double for tests': {
    ...two,
    'mongo.ts': pg('FakeOrders implements Orders').concat('export class MongoOrders {}\n'),
    'main.ts': controller("'ORDERS'"),
    'module.ts': moduleOf("{ provide: 'ORDERS', useFactory: () => process.env.CI ? new FakeOrders() : new PgOrders() }", "import { FakeOrders } from './mongo.ts'"),
  },
  'a value': { ...two, 'main.ts': controller("'ORDERS'"), 'module.ts': moduleOf("{ provide: 'ORDERS', useValue: new PgOrders() }") },
  'another token': { ...two, 'main.ts': controller("'ORDERS'"), 'module.ts': moduleOf("{ provide: 'ORDERS', useExisting: PgOrders }, PgOrders") },
  'another token that stands for a class': {
    ...two,
    'main.ts': controller("'ORDERS'"),
    'module.ts': moduleOf("{ provide: 'ORDERS', useExisting: 'STORE' }, { provide: 'STORE', useClass: PgOrders }"),
  },
  'a property': {
    ...two,
    'main.ts': controller("'ORDERS'").replace('constructor(@Inject(\'ORDERS\') private readonly orders: Orders) {}', "@Inject('ORDERS') private readonly orders: Orders"),
    'module.ts': moduleOf("{ provide: 'ORDERS', useClass: PgOrders }"),
  },
  'a provider with a name of its own': {
    ...two,
    'main.ts': controller("'ORDERS'"),
    'module.ts': "import { PgOrders } from './pg.ts'\nexport const ordersProvider = { provide: 'ORDERS', useClass: PgOrders }\n",
  },
  'one text for two containers': {
    ...two,
    'main.ts': controller("'ORDERS'"),
    'module.ts': moduleOf("{ provide: 'ORDERS', useClass: PgOrders }"),
    'other.ts': "export class Unrelated { async save(): Promise<void> {} }\nexport const provider = { provide: 'ORDERS', useClass: Unrelated }\n",
  },
  'a class that does not say what it implements': {
    ...two,
    'tokens.ts': tokens,
    'pg.ts': pg('PgOrders', "import type { Order } from './orders.ts'"),
    'main.ts': controller('ORDERS', symbol),
    'module.ts': moduleOf('{ provide: ORDERS, useClass: PgOrders }', symbol),
  },
  'a factory out of sight, with one class that implements it': {
    'orders.ts': port,
    'pg.ts': pg('PgOrders implements Orders'),
    'main.ts': controller("'ORDERS'"),
    'module.ts': "import { make } from './make.ts'\nexport const provider = { provide: 'ORDERS', useFactory: () => make() }\n",
  },
  'a double in the place of a class': {
    'pg.ts': pg('Orders', 'export interface Order { id: string }'),
    'mock.ts': "export class MockOrders { async save(): Promise<void> {} }\n",
    'main.ts': nest(orders, "import { type Order, Orders } from './pg.ts'"),
    'module.ts': "import { MockOrders } from './mock.ts'\nimport { Orders } from './pg.ts'\nexport const provider = { provide: Orders, useClass: MockOrders }\n",
  },
  'a test binds it anew': {
    ...two,
    'main.ts': controller("'ORDERS'"),
    'module.ts': moduleOf("{ provide: 'ORDERS', useClass: PgOrders }"),
    'main.spec.ts': "import { MongoOrders } from './mongo.ts'\nexport const provider = { provide: 'ORDERS', useClass: MongoOrders }\n",
  },
  'the constructor of a class below': {
    ...two,
    'base.ts': "import type { Order, Orders } from './orders.ts'\nexport abstract class Base { constructor(protected readonly orders: Orders) {}\nasync keep(order: Order) { await this.orders.save(order) } }\n",
    'main.ts': nest("@Inject('ORDERS') orders: Orders", "import { Base } from './base.ts'\nimport type { Order, Orders } from './orders.ts'")
      .replace('class OrdersController', 'class OrdersController extends Base')
      .replace('{}', '{ super(orders) }')
      .replace('this.orders.save', 'this.keep'),
    'module.ts': moduleOf("{ provide: 'ORDERS', useClass: PgOrders }"),
  },
  inversify: {
    ...two,
    'tokens.ts': tokens,
    'main.ts': consumer('@inject(ORDERS) private readonly orders: Orders', `import { inject } from 'inversify'\nimport type { Orders } from './orders.ts'\n${symbol}`),
    'container.ts': `import { Container } from 'inversify'
import type { Orders } from './orders.ts'
import { PgOrders } from './pg.ts'
${symbol}
export const container = new Container()
container.bind<Orders>(ORDERS).to(PgOrders).inSingletonScope()
`,
  },
  'a module of inversify': {
    ...two,
    'tokens.ts': tokens,
    'main.ts': consumer('@inject(ORDERS) private readonly orders: Orders', `import { inject } from 'inversify'\nimport type { Orders } from './orders.ts'\n${symbol}`),
    'container.ts': `import { ContainerModule } from 'inversify'
import { PgOrders } from './pg.ts'
${symbol}
export const orders = new ContainerModule(bind => { bind(ORDERS).toDynamicValue(() => new PgOrders()) })
`,
  },
  tsyringe: {
    ...two,
    'main.ts': consumer("@inject('Orders') private readonly orders: Orders", "import { inject } from 'tsyringe'\nimport type { Orders } from './orders.ts'"),
    'container.ts': "import { container } from 'tsyringe'\nimport { PgOrders } from './pg.ts'\ncontainer.register('Orders', { useClass: PgOrders })\n",
  },
  'a singleton of tsyringe': {
    ...two,
    'main.ts': consumer("@inject('Orders') private readonly orders: Orders", "import { inject } from 'tsyringe'\nimport type { Orders } from './orders.ts'"),
    'container.ts': "import { container } from 'tsyringe'\nimport type { Orders } from './orders.ts'\nimport { PgOrders } from './pg.ts'\ncontainer.registerSingleton<Orders>('Orders', PgOrders)\n",
  },
  typedi: {
    ...two,
    'main.ts': consumer("@Inject('orders') private readonly orders: Orders", "import { Inject } from 'typedi'\nimport type { Orders } from './orders.ts'"),
    'container.ts': "import { Container } from 'typedi'\nimport { PgOrders } from './pg.ts'\nContainer.set('orders', new PgOrders())\n",
  },
}

const asked = (from: string, call: string): Files => ({
  'pg.ts': pg('Orders', 'export interface Order { id: string }'),
  'main.ts': `import { Kafka } from 'kafkajs'
import { ${from.split(' ')[0]} } from '${from.split(' ')[1]}'
import { Orders } from './pg.ts'
const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'orders' })
process.once('SIGTERM', () => consumer.disconnect())
export const start = (${call.startsWith('modules') ? 'modules: ModuleRef' : ''}) =>
  consumer.run({ eachMessage: async ({ message }) => { await ${call}.save(JSON.parse(String(message.value))) } })
`,
})

for (const [from, call] of [
  ['container tsyringe', 'container.resolve(Orders)'],
  ['Container typedi', 'Container.get(Orders)'],
  ['Container inversify', 'new Container().get(Orders)'],
  ['ModuleRef @nestjs/core', 'modules.get(Orders)'],
] as const)
  test(`asked for: ${call}`, async () => {
    const files = asked(from, call)
    assert.deepEqual(foundIn(await discovered(files), Object.keys(files)), ['pg.ts'])
  })

for (const [name, files] of Object.entries(bound))
  test(`bound by ${name}`, async () => assert.deepEqual(foundIn(await discovered(files), Object.keys(files)), ['pg.ts']))

test("a library's factory says less than the class that is declared", async () => {
  const files: Files = {
    'main.ts': nest("@Inject('CLIENT') private readonly client: ClientKafka", "import { ClientKafka } from '@nestjs/microservices'\nimport { lastValueFrom } from 'rxjs'")
      .replace('order: Order', 'order: unknown')
      .replace('this.orders.save(order)', "lastValueFrom(this.client.emit('placed', order))"),
    'module.ts': "import { ClientProxyFactory } from '@nestjs/microservices'\nexport const provider = { provide: 'CLIENT', useFactory: (options) => ClientProxyFactory.create(options) }\n",
  }
  assert.deepEqual(foundIn(await discovered(files), Object.keys(files)), ['main.ts'])
})
