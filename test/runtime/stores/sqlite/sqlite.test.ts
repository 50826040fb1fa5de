/** What is SQLite's own: its locks, its limits, its tables, and the handle. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { type Clock, systemClock } from '../../../../runtime/src/clock.ts'
import { migrate, migrations } from '../../../../runtime/src/stores/sqlite/schema.ts'
import { StatementCache } from '../../../../runtime/src/stores/sqlite/transaction.ts'
import { type SqliteOptions, type SqliteTransaction, sqlite } from '../../../../runtime/src/stores/sqlite.ts'
import type { OpenStore } from '../../../../runtime/src/stores/store.ts'
import { assertCode, at, offsets, orders0, orders1, proof, range } from '../contract/kit.ts'

test('a lock held by somebody else is waited for by the clock, so that the event loop goes on', async t => {
  const { path, store } = await freshStore(t)
  const other = new DatabaseSync(path)
  let waits = 0
  const after: Clock['after'] = (delayMs, callback) => {
    if (++waits === 3) other.close()
    return systemClock.after(delayMs, callback)
  }
  const open = await store().open({ groupId: 'totals', clock: { ...systemClock, after } })
  other.exec('begin immediate')
  assert.equal((await open.initialize(at(orders0, 1n))).offset, 1n)
  assert.equal(waits, 3)
  await open.close()
})

test('a lock that is not given back is STORE_LOCKED after lockWaitMs, and nothing was written', async t => {
  const { path, store } = await freshStore(t)
  const open = await opened(t, store({ lockWaitMs: 20 }))
  await open.initialize(at(orders0, 1n))
  const other = new DatabaseSync(path)
  other.exec('begin immediate')
  await assertCode(move(open, 1n), 'STORE_LOCKED')
  // The tables are there, so opening asks for no lock: a second instance can start while the first one's handler runs.
  const second = await opened(t, store({ lockWaitMs: 0, setup: 'create table if not exists tidemark_offsets (a)' }))
  await assertCode(second.initialize(at(orders1, 1n)), 'STORE_LOCKED')
  await assertCode(store({ lockWaitMs: 0, setup: 'create table new (a)' }).open({ groupId: 'third' }), 'STORE_LOCKED')
  assert.deepEqual(await offsets(open, orders0), [1n])
  other.close()
  await move(open, 1n)
})

test('a full database is STORE_FULL: results and offset are rolled back, a smaller batch still fits', async t => {
  const { store } = await freshStore(t)
  const setup = 'create table if not exists results (word text); pragma max_page_count = 40'
  const open = await opened(t, store({ setup }))
  await open.initialize(at(orders0, 0n))
  const big = (tx: SqliteTransaction) => tx.run('insert into results values (?)', 'x'.repeat(400_000))
  await assertCode(move(open, 0n, big), 'STORE_FULL')
  assert.deepEqual(await offsets(open, orders0), [0n])
  assert.deepEqual(await open.proofs(1), [])
  await move(open, 0n, tx => tx.run('insert into results values (?)', 'small'))
  assert.deepEqual(await offsets(open, orders0), [1n])
})

test('tables of an unknown version are refused and left alone; an older version is brought up in one transaction', async t => {
  const { path, store } = await freshStore(t)
  const open = await store().open({ groupId: 'totals' })
  await open.initialize(at(orders0, 2n ** 60n))
  await open.close()
  const database = new DatabaseSync(path)
  t.after(() => database.close())
  const next = [...migrations, 'alter table tidemark_offsets add column note text']
  migrate(database, 'SQLite', next)
  assert.equal(database.prepare('select note from tidemark_offsets').all().length, 1)
  await assertCode(store().open({ groupId: 'totals' }), 'STORE_VERSION')
  database.exec('drop table tidemark_schema')
  await assertCode(store().open({ groupId: 'totals' }), 'STORE_CORRUPT')
})

test('what is no database is STORE_CORRUPT, a missing folder STORE_UNREACHABLE', async t => {
  const { path, store } = await freshStore(t)
  await writeFile(path, 'a text that is certainly not a database, and long enough to be looked at'.repeat(20))
  await assertCode(store().open({ groupId: 'totals' }), 'STORE_CORRUPT')
  await assertCode(sqlite(join(path, '..', 'none', 'a.db')).open({ groupId: 'totals' }), 'STORE_UNREACHABLE')
  await assertCode(sqlite('').open({ groupId: 'totals' }), 'STORE_UNREACHABLE')
})

/** Node before 24.10 has no way to refuse these; the store says so afterwards. */
const behindAnother = 'setAuthorizer' in DatabaseSync.prototype ? ['select 1; commit; begin'] : []

test('SQL of the handler that would begin or end a transaction is refused, in every form', async t => {
  const { store } = await freshStore(t)
  const open = await opened(t, store())
  await open.initialize(at(orders0, 0n))
  for (const sql of ['commit', ' -- now\nCOMMIT', 'end', 'rollback', '/* */ begin', ...behindAnother])
    await assertCode(
      move(open, 0n, tx => tx.exec(sql)),
      'STORE_BUSY_OUTSIDE',
    )
  await assertCode(
    move(open, 0n, tx => tx.run('commit')),
    'STORE_BUSY_OUTSIDE',
  )
  assert.deepEqual(await offsets(open, orders0), [0n])
  const trigger = 'create table t (a); create trigger g after insert on t begin delete from t; end'
  await move(open, 0n, tx => tx.exec(trigger))
})

test("the handler's own SQL errors come through as they are", async t => {
  const { store } = await freshStore(t)
  const open = await opened(t, store({ setup: 'create table if not exists once (a primary key)' }))
  await open.initialize(at(orders0, 0n))
  const twice = (tx: SqliteTransaction) => [1, 1].map(a => tx.run('insert into once values (?)', a))
  await assert.rejects(move(open, 0n, twice), /UNIQUE constraint failed: once.a/)
})

test('the handle reads rows, and INTEGER columns as bigint when asked to', async t => {
  const { store } = await freshStore(t)
  const open = await opened(t, store({ readBigInts: true, setup: 'create table if not exists big (a integer)' }))
  await open.initialize(at(orders0, 0n))
  await move(open, 0n, tx => {
    assert.equal(tx.run('insert into big values (?), (?)', 2n ** 60n, 5).changes, 2)
    assert.equal(tx.get('select a from big where a > ?', 10)?.a, 2n ** 60n)
    assert.deepEqual(
      tx.all('select a from big order by a').map(row => row.a),
      [5n, 2n ** 60n],
    )
    assert.equal(tx.get('select a from big where a = 7'), undefined)
  })
})

test('prepared statements are kept up to their bound, the least recently used one goes first', () => {
  const database = new DatabaseSync(':memory:')
  const cache = new StatementCache(database, { readBigInts: false, statementsMax: 3 })
  const [one, two] = ['select 1', 'select 2'].map(sql => cache.prepare(sql))
  cache.prepare('select 3')
  assert.equal(cache.prepare('select 1'), one)
  for (let index = 4; index < 100; index++) {
    cache.prepare(`select ${index}`)
    cache.prepare('select 1')
    assert.equal(cache.size, 3)
  }
  assert.equal(cache.prepare('select 1'), one)
  assert.notEqual(cache.prepare('select 2'), two)
  database.close()
})

async function freshStore(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-sqlite-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'totals.db')
  return { path, store: (options?: SqliteOptions) => sqlite(path, { synchronous: 'off', ...options }) }
}

async function opened(t: TestContext, store: ReturnType<typeof sqlite>): Promise<OpenStore<SqliteTransaction>> {
  const open = await store.open({ groupId: 'totals' })
  t.after(() => open.close())
  return open
}

function move(
  open: OpenStore<SqliteTransaction>,
  from: bigint,
  save?: (tx: SqliteTransaction) => unknown,
): Promise<void> {
  const ranges = [range(orders0, from, from + 1n)]
  const batch = { ranges, proof: proof(`from ${from}`, ranges) }
  return open.commit(save ? { ...batch, save: async tx => void save(tx) } : batch)
}
