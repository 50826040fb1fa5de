/** Implementers and bindings that come and go: what is said is what a fresh analysis says. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { createEngine, type Engine } from '@tidemark/server/analysis/engine/engine'
import { consumer, controller, discovered, type Files, foundIn, moduleOf, orders, pg, port, upserting } from './implementers.ts'
import { memory, root } from './memory.ts'

const one: Files = { 'orders.ts': port, 'pg.ts': pg('PgOrders implements Orders'), 'main.ts': consumer(orders) }
const both = { ...one, 'mongo.ts': pg('MongoOrders implements Orders') }
const inModule = { ...both, 'main.ts': controller("'ORDERS'"), 'module.ts': moduleOf("{ provide: 'ORDERS', useClass: PgOrders }") }

const renamed: Files = {
  ...one,
  'index.ts': "export type { Order, Orders as OrdersPort } from './orders.ts'\n",
  'mongo.ts': pg('MongoOrders implements OrdersPort', "import type { Order, OrdersPort } from './index.ts'"),
}

/** Each from one state of the workspace to another, by the editor and by the disk. */
const changes: Record<string, [before: Files, after: Files]> = {
  'an upsert in the implementer': [one, { ...one, 'pg.ts': upserting(one['pg.ts'] as string) }],
  'a second implementer': [one, both],
  'one implementer less': [both, one],
  'a class that implements it no more': [one, { ...one, 'pg.ts': pg('PgOrders', "import type { Order } from './orders.ts'") }],
  'another class that does instead': [both, { ...both, 'pg.ts': pg('PgOrders', "import type { Order } from './orders.ts'") }],
  'a class with another name': [{ ...one, 'pg.ts': pg('PgOrders implements Orders') }, { ...one, 'pg.ts': pg('InMemoryOrders implements Orders'), 'mongo.ts': both['mongo.ts'] }],
  'an interface with another name': [one, { ...one, 'orders.ts': port.replace('interface Orders', 'interface Carts') }],
  'a name in a barrel that becomes another': [renamed, { ...renamed, 'index.ts': (renamed['index.ts'] as string).replace(' as OrdersPort', '') }],
  'another binding': [inModule, { ...inModule, 'module.ts': moduleOf("{ provide: 'ORDERS', useClass: MongoOrders }") }],
  'no binding': [inModule, { ...inModule, 'module.ts': 'export {}\n' }],
  'a binding that comes': [{ ...inModule, 'module.ts': 'export {}\n' }, inModule],
  'another token': [inModule, { ...inModule, 'main.ts': controller("'CARTS'") }],
}

for (const [name, [before, after]] of Object.entries(changes))
  for (const [from, to, way] of [[before, after, ''], [after, before, ', undone']] as const)
    test(`${name}${way}: what is said is what a fresh analysis says`, async () => {
      const names = new Set([...Object.keys(from), ...Object.keys(to)])
      const said = (engine: Engine): unknown =>
        [...names].map(each => {
          const { findings, pipelines, commits } = engine.analyze(join(root, each))
          return { findings, pipelines, commits }
        })
      const fresh = said(await discovered(to))
      for (const change of [onDisk, inEditor]) {
        const files = memory(from)
        const engine = createEngine({ fileSystem: files })
        await engine.discover(root)
        said(engine)
        change(engine, files.files, names, to)
        assert.deepEqual(said(engine), fresh)
      }
      assert.notDeepEqual(said(await discovered(from)), fresh, 'the change matters')
    })

type Change = (engine: Engine, disk: Map<string, string>, names: Iterable<string>, to: Files) => void

const onDisk: Change = (engine, disk, names, to) => {
  for (const name of names) {
    const path = join(root, name)
    const text = to[name]
    if (disk.get(path) === text) continue
    if (text === undefined) disk.delete(path)
    else disk.set(path, text)
    engine.invalidate([path])
  }
}

/** What is not there at the end is emptied. */
const inEditor: Change = (engine, _, names, to) => {
  for (const name of names) engine.open(join(root, name), to[name] ?? '', 1)
}

test('who shows a file is told of it where a class far away begins to implement what its handler names', async () => {
  const files = memory({ ...one, 'mongo.ts': 'export {}\n' })
  const engine = createEngine({ fileSystem: files })
  await engine.discover(root)
  const mongo = join(root, 'mongo.ts')
  engine.open(mongo, both['mongo.ts'] as string, 1)
  assert.deepEqual(engine.reach(mongo).toSorted(), ['main.ts', 'mongo.ts', 'pg.ts'].map(name => join(root, name)))
  engine.change(mongo, 'export {}\n', 2)
  assert.ok(engine.reach(mongo).includes(join(root, 'pg.ts')))
})

test('an opened file knows less until the folder is looked through, and is then told of', async () => {
  const files = memory(one)
  const engine = createEngine({ fileSystem: files })
  engine.open(join(root, 'main.ts'), one['main.ts'] as string, 1)
  const before = engine.analyze(join(root, 'main.ts')).pipelines
  const found = await engine.discover(root)
  assert.ok(['main.ts', 'pg.ts'].every(name => found.includes(join(root, name))))
  assert.notDeepEqual(engine.analyze(join(root, 'main.ts')).pipelines, before)
  assert.deepEqual(foundIn(engine, Object.keys(one)), ['pg.ts'])
})

test('what an opened file seemed to call is taken back once another class is found', async () => {
  const engine = createEngine({ fileSystem: memory(both) })
  for (const name of ['pg.ts', 'main.ts']) engine.open(join(root, name), both[name as 'pg.ts'] as string, 1)
  assert.deepEqual(foundIn(engine, ['main.ts', 'pg.ts']), ['pg.ts'])
  const found = await engine.discover(root)
  assert.ok(found.includes(join(root, 'pg.ts')), 'what was shown of it is gone')
  assert.deepEqual(foundIn(engine, Object.keys(both)), [])
})
