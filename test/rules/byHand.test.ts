/** Services put together by hand: what a handler is given is known where it is put together. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { abstractTwo, consumer, discovered, type Files, foundIn, orders, pg, port, two } from './implementers.ts'
import { root } from './memory.ts'

const boot = (given: string, imports = "import { PgOrders } from './pg.ts'"): string => `import { OrdersConsumer } from './main.ts'
${imports}
await new OrdersConsumer(${given}).start()
`

/** Two classes implement it; the one that is given inserts in `pg.ts`. */
const given: Record<string, Files> = {
  'where it is needed': { ...two, 'main.ts': consumer(orders), 'boot.ts': boot('new PgOrders()') },
  'under a name': { ...two, 'main.ts': consumer(orders), 'boot.ts': boot('saved', "import { PgOrders } from './pg.ts'\nconst saved = new PgOrders()") },
  'a service in between': {
    ...two,
    'service.ts': "import type { Order, Orders } from './orders.ts'\nexport class Service { constructor(private readonly orders: Orders) {}\nasync save(order: Order) { await this.orders.save(order) } }\n",
    'main.ts': consumer('private readonly orders: Service', "import { Service } from './service.ts'"),
    'boot.ts': boot('new Service(new PgOrders())', "import { PgOrders } from './pg.ts'\nimport { Service } from './service.ts'"),
  },
  'an heir of an abstract class': { ...abstractTwo, 'main.ts': consumer(orders, "import { Orders } from './orders.ts'"), 'boot.ts': boot('new PgOrders()') },
}

for (const [name, files] of Object.entries(given))
  test(`given by hand: ${name}`, async () => {
    const engine = await discovered(files)
    assert.deepEqual(foundIn(engine, Object.keys(files)), ['pg.ts'])
    assert.deepEqual(engine.analyze(join(root, 'boot.ts')).pipelines.map(({ inferred }) => inferred), ['at-least-once'])
  })

test('a test that puts it together decides nothing', async () => {
  const files = { ...two, 'main.ts': consumer(orders), 'boot.spec.ts': boot('new PgOrders()') }
  const engine = await discovered(files)
  assert.deepEqual(foundIn(engine, Object.keys(files)), [])
  assert.deepEqual(engine.analyze(join(root, 'boot.spec.ts')).pipelines, [])
})

test('where there is nothing to choose, the pipeline is told once, in its own file', async () => {
  const files = { 'orders.ts': port, 'pg.ts': pg('PgOrders implements Orders'), 'main.ts': consumer(orders), 'boot.ts': boot('new PgOrders()') }
  const engine = await discovered(files)
  assert.deepEqual(foundIn(engine, Object.keys(files)), ['pg.ts'])
  assert.deepEqual(['main.ts', 'boot.ts'].map(name => engine.analyze(join(root, name)).pipelines.length), [1, 0])
})
