/** PostgreSQL when the connection, the server or the handler does not play along. One server for the file; each test has a schema. */
import assert from 'node:assert/strict'
import { after, before, describe, type TestContext, test } from 'node:test'
import pg from 'pg'
import { CommitUnknownError, TidemarkError } from '../../../../runtime/src/errors.ts'
import { type PostgresOptions, type PostgresTransaction, postgres } from '../../../../runtime/src/stores/postgres.ts'
import type { OpenStore } from '../../../../runtime/src/stores/store.ts'
import { type TestPostgres, usePostgres } from '../../../harness/postgres.ts'
import { isCommit, useCommitProxy } from '../commitProxy.ts'
import { assertCode, at, offsets, orders0, proof, range } from '../contract/kit.ts'

describe('PostgreSQL in trouble', () => {
  const cleanUps: (() => unknown)[] = []
  let server: TestPostgres
  before(async () => {
    server = await usePostgres({ after: cleanUp => cleanUps.push(cleanUp) }, { fsync: true })
  })
  after(async () => {
    for (const cleanUp of cleanUps) await cleanUp()
  })

  test('a lost reply to COMMIT is CommitUnknownError, and reading back says: done', async t => {
    const { open, proxy } = await throughProxy(t, server)
    proxy.next('loseReply')
    await assert.rejects(move(open, 0n, write('once')), CommitUnknownError)
    assert.deepEqual(await offsets(open, orders0), [1n])
    assert.deepEqual(await words(t, server), ['once'])
  })

  test('a COMMIT that never arrived is CommitUnknownError too, and reading back says: redo', async t => {
    const { open, proxy } = await throughProxy(t, server)
    proxy.next('loseRequest')
    await assert.rejects(move(open, 0n, write('lost')), CommitUnknownError)
    assert.deepEqual(await offsets(open, orders0), [0n])
    await move(open, 0n, write('redone'))
    assert.deepEqual(await words(t, server), ['redone'])
  })

  test('a connection cut between batches is opened again', async t => {
    const { open, proxy } = await throughProxy(t, server)
    await move(open, 0n)
    proxy.cutAll()
    await retried(() => move(open, 1n))
    assert.deepEqual(await offsets(open, orders0), [2n])
  })

  test('a connection cut in the handler is STORE_UNREACHABLE, and nothing was written', async t => {
    const { open, proxy } = await throughProxy(t, server)
    const cut = async (tx: PostgresTransaction): Promise<void> => {
      await write('half')(tx)
      proxy.cutAll()
      await write('other half')(tx)
    }
    await assertCode(move(open, 0n, cut), 'STORE_UNREACHABLE')
    assert.deepEqual(await offsets(open, orders0), [0n])
    assert.deepEqual(await words(t, server), [])
  })

  test('a server killed and restarted has every acknowledged commit; meanwhile STORE_UNREACHABLE', async t => {
    const open = await opened(t, server)
    for (let from = 0n; from < 5n; from++) await move(open, from, write(`at ${from}`))
    await server.kill()
    await assertCode(
      retriedOnce(() => move(open, 5n)),
      'STORE_UNREACHABLE',
    )
    await server.start()
    await retried(() => move(open, 5n, write('at 5')))
    assert.equal((await words(t, server)).length, 6)
  })

  test('a COMMIT that is never answered is unknown after commitTimeoutMs, and its connection is given up', async t => {
    const { open, proxy } = await throughProxy(t, server, { commitTimeoutMs: 2_000 })
    proxy.next('hang')
    await assert.rejects(move(open, 0n, write('hanging')), CommitUnknownError)
    assert.deepEqual(await offsets(open, orders0), [0n])
    await move(open, 0n, write('redone'))
    assert.deepEqual(await words(t, server), ['redone'])
  })

  test('a handler that is frozen past transactionIdleMs loses its transaction and holds nobody up', async t => {
    const zombie = await opened(t, server, { transactionIdleMs: 2_000 })
    const owner = await opened(t, server)
    let saved: (() => void) | undefined
    const waitForOwner = async (tx: PostgresTransaction): Promise<void> => {
      await tx.query('insert into results (word) values ($1)', ['contested'])
      await new Promise<void>(resolve => {
        saved = resolve
      })
    }
    const late = move(zombie, 0n, waitForOwner)
    late.catch(() => {})
    // The unique word makes the owner wait for the zombie's row until the server has ended the zombie's transaction.
    await query(t, server, 'create unique index on results (word)')
    await move(owner, 0n, write('contested'))
    saved?.()
    await assertCode(late, 'STORE_UNREACHABLE')
    assert.deepEqual(await words(t, server), ['contested'])
  })

  test('while a debugger steps, a transaction may stand for as long as somebody looks at it', async t => {
    const store = postgres(await connectionString(t, server), { transactionIdleMs: 100 })
    const open = await store.open({ groupId: 'totals', isStepped: true })
    t.after(() => open.close())
    await open.initialize(at(orders0, 0n))
    await move(open, 0n, async tx => {
      const { rows } = await tx.query('show idle_in_transaction_session_timeout')
      assert.equal(rows[0]?.idle_in_transaction_session_timeout, '0')
    })
  })

  test('a handler that swallows an SQL error or ends the transaction is told so, and nothing is written', async t => {
    const open = await opened(t, server)
    const swallow = async (tx: PostgresTransaction): Promise<void> => {
      await write('half')(tx)
      await tx.query('select * from nowhere').catch(() => {})
    }
    await assertCode(move(open, 0n, swallow), 'STORE_BUSY_OUTSIDE')
    for (const sql of ['commit', ' -- now\nROLLBACK', '/* */ begin', 'start transaction', 'abort'])
      await assertCode(
        move(open, 0n, tx => tx.query(sql)),
        'STORE_BUSY_OUTSIDE',
      )
    await assert.rejects(
      move(open, 0n, tx => tx.query('select * from nowhere')),
      /relation "nowhere" does not exist/,
    )
    assert.deepEqual(await words(t, server), [])
    await move(open, 0n, tx => tx.query('savepoint mine; rollback to mine'))
    assert.deepEqual(await offsets(open, orders0), [1n])
  })

  test('full, read-only, unknown version, no such database: each its own code, naming the server and never the password', async t => {
    const open = await opened(t, server)
    const full = `do $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`
    await assertCode(
      move(open, 0n, tx => tx.query(full)),
      'STORE_FULL',
    )
    const readOnly = await opened(t, server, {}, '-c default_transaction_read_only=on').catch((error: unknown) => error)
    assert.ok(readOnly instanceof TidemarkError && readOnly.code === 'STORE_READ_ONLY', String(readOnly))
    await query(t, server, 'update tidemark_schema set version = 99')
    await assertCode(opened(t, server), 'STORE_VERSION')
    await query(t, server, 'drop table tidemark_schema')
    await assertCode(opened(t, server), 'STORE_CORRUPT')
    const unknown = `postgres://postgres:s3cret@127.0.0.1:${server.port}/nowhere`
    await assert.rejects(postgres(unknown).open({ groupId: 'g' }), (error: unknown) => {
      assert.ok(error instanceof TidemarkError && error.code === 'STORE_UNREACHABLE')
      assert.match(error.message, new RegExp(`127.0.0.1:${server.port}/nowhere`))
      assert.doesNotMatch(error.message, /s3cret/)
      return true
    })
  })

  test('instances that start at once on an empty schema make the tables once', async t => {
    await query(t, server, 'select 1')
    const options = { setup: 'create table if not exists results (word text)' }
    const stores = await Promise.all(Array.from({ length: 6 }, () => openIn(t, server, options)))
    assert.equal(stores.length, 6)
  })
})

/** A schema a test, so that tests do not see each other. */
const schemas = new WeakMap<TestContext, string>()
let schemaCount = 0

async function schemaOf(t: TestContext, server: TestPostgres): Promise<string> {
  const known = schemas.get(t)
  if (known) return known
  const schema = `trouble_${++schemaCount}`
  schemas.set(t, schema)
  const client = new pg.Client(server.connectionString)
  await client.connect()
  await client.query(`create schema ${schema}`)
  await client.end()
  return schema
}

async function connectionString(t: TestContext, server: TestPostgres, port = server.port, more = ''): Promise<string> {
  const settings = encodeURIComponent(`-c search_path=${await schemaOf(t, server)} ${more}`)
  return `postgres://postgres@127.0.0.1:${port}/postgres?options=${settings}`
}

async function openIn(
  t: TestContext,
  server: TestPostgres,
  options: PostgresOptions,
  more = '',
): Promise<OpenStore<PostgresTransaction>> {
  const open = await postgres(await connectionString(t, server, server.port, more), options).open({ groupId: 'totals' })
  t.after(() => open.close())
  return open
}

async function opened(t: TestContext, server: TestPostgres, options: PostgresOptions = {}, more = '') {
  const setup = 'create table if not exists results (word text)'
  const open = await openIn(t, server, { setup, ...options }, more)
  await open.initialize(at(orders0, 0n))
  return open
}

async function throughProxy(t: TestContext, server: TestPostgres, options: PostgresOptions = {}) {
  const proxy = await useCommitProxy(t, server.port, isCommit.postgres)
  const setup = 'create table if not exists results (word text)'
  const store = postgres(await connectionString(t, server, proxy.port), { setup, ...options })
  const open = await store.open({ groupId: 'totals' })
  t.after(() => open.close())
  await open.initialize(at(orders0, 0n))
  return { open, proxy }
}

function move(
  open: OpenStore<PostgresTransaction>,
  from: bigint,
  save?: (tx: PostgresTransaction) => Promise<unknown>,
): Promise<void> {
  const ranges = [range(orders0, from, from + 1n)]
  const batch = { ranges, proof: proof(`from ${from}`, ranges) }
  return open.commit(save ? { ...batch, save: async tx => void (await save(tx)) } : batch)
}

function write(word: string): (tx: PostgresTransaction) => Promise<void> {
  return async tx => void (await tx.query('insert into results (word) values ($1)', [word]))
}

async function query(t: TestContext, server: TestPostgres, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: await connectionString(t, server) })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

async function words(t: TestContext, server: TestPostgres): Promise<string[]> {
  return (await query(t, server, 'select word from results order by word')).map(row => String(row.word))
}

/** As the processor does: a retriable error is tried again. */
async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 0; ; attempts++)
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof TidemarkError) || !error.retriable || attempts === 10) throw error
    }
}

/** The first attempt may only learn that the old connection is gone; the second one meets the closed port. */
async function retriedOnce<T>(attempt: () => Promise<T>): Promise<T> {
  await attempt().catch(() => {})
  return attempt()
}
