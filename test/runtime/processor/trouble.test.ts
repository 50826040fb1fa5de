/** What goes wrong around a pipeline, seen from inside it: each is told by its row of the error table, and no record is lost or doubled. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { type Clock, systemClock } from '../../../runtime/src/clock.ts'
import {
  atLeastOnce,
  CommitUnknownError,
  createProcessor,
  type Guarantee,
  idempotent,
  kafka,
  TidemarkError,
  type TraceEvent,
  text,
  transactional,
} from '../../../runtime/src/index.ts'
import { checkpoint } from '../../../runtime/src/stores/checkpoint.ts'
import { type SqliteOptions, sqlite } from '../../../runtime/src/stores/sqlite.ts'
import type { OffsetStore, OpenStore } from '../../../runtime/src/stores/store.ts'
import { FakeKafka } from '../../../runtime/src/testing/index.ts'
import { tempFolder } from '../../harness/folders.ts'
import { until } from '../../harness/until.ts'
import { numbered, recorder } from './stage.ts'

const groupId = 'g'

const setup = 'create table if not exists seen (value text)'

async function usePipeline(t: TestContext, sqliteOptions: SqliteOptions = {}, clock: Clock = systemClock) {
  const fake = new FakeKafka()
  const disk = { hasRoom: false }
  fake.createTopic('orders', 1)
  const path = join(await tempFolder(t), 'out.db')
  const { events, trace } = recorder()
  const store = sqlite(path, { setup, synchronous: 'off', ...sqliteOptions })
  const common = { client: fake.client(), groupId, topics: ['orders'], value: text, handleSignals: false, trace, clock }
  const processor = createProcessor({ ...common, guarantee: transactional(store), retry: { backoffMs: 1 } })
  processor.foreachBatch((batch, { tx }) => {
    // What a person would do outside: make room.
    if (disk.hasRoom) tx.exec('pragma max_page_count = 100000')
    for (const { value } of batch) tx.run('insert into seen values (?)', value)
  })
  t.after(() => processor.stop())
  const database = () => new DatabaseSync(path)
  const seen = () => {
    const open = database()
    const rows = open.prepare('select value from seen order by rowid').all()
    open.close()
    return rows.map(row => String(row.value))
  }
  return { fake, disk, processor, events, store, database, seen }
}

/** The same store with some of what it does once it is open replaced. */
function withStore<Tx>(
  store: OffsetStore<Tx>,
  change: (open: OpenStore<Tx>) => Partial<OpenStore<Tx>>,
): OffsetStore<Tx> {
  return {
    ...store,
    async open(openOptions) {
      const open = await store.open(openOptions)
      const changed = change(open)
      return new Proxy(open, {
        get(target, name) {
          const value: unknown = Reflect.get(name in changed ? changed : target, name)
          return typeof value === 'function' && !(name in changed) ? value.bind(target) : value
        },
      })
    },
  }
}

const told = (events: readonly TraceEvent[], code: string) =>
  events.find(
    (event): event is TraceEvent & { readonly error: TidemarkError } =>
      'error' in event && event.error instanceof TidemarkError && event.error.code === code,
  )?.error

test('a store locked by somebody else is named, and the batch is saved once when the lock is gone', async t => {
  const { fake, processor, events, store, database, seen } = await usePipeline(t, { lockWaitMs: 1 })
  const run = processor.run()
  fake.produce('orders', ['first'])
  await until('the first batch is saved', () => seen().length === 1)
  const other = database()
  other.exec('begin immediate')
  fake.produce('orders', ['second'])
  await until('the lock is told', () => told(events, 'STORE_LOCKED') !== undefined)
  assert.match(told(events, 'STORE_LOCKED')?.message ?? '', new RegExp(store.name))
  other.exec('rollback')
  other.close()
  await until('the second batch is saved', () => seen().length === 2)
  await processor.stop()
  await run
  assert.deepEqual(seen(), ['first', 'second'])
})

test('a full store is named, nothing of the batch is kept, and with room again it is saved once', async t => {
  const { fake, disk, processor, events, store, seen } = await usePipeline(t, {
    setup: `${setup}; pragma max_page_count = 60`,
  })
  const run = processor.run()
  fake.produce('orders', ['first'])
  await until('the first batch is saved', () => seen().length === 1)
  fake.produce('orders', numbered('x'.repeat(20_000), 40))
  await until('it is told', () => events.filter(event => event.kind === 'batchFailed').length > 3)
  assert.match(told(events, 'STORE_FULL')?.message ?? '', new RegExp(`${store.name} is full`))
  assert.deepEqual(seen(), ['first'])
  disk.hasRoom = true
  await until('the large batch is saved', () => seen().length === 41)
  await processor.stop()
  await run
  assert.equal(new Set(seen()).size, 41)
})

test('a second processor on one checkpoint is refused by the name of the first process; the first goes on', async t => {
  const fake = new FakeKafka()
  fake.createTopic('orders', 1)
  const folder = await tempFolder(t)
  const seen: string[] = []
  const start = () =>
    createProcessor({
      client: fake.client(),
      groupId,
      topics: ['orders'],
      value: text,
      handleSignals: false,
      trace: recorder().trace,
      guarantee: idempotent(checkpoint(folder, { fsync: false })),
    }).foreachBatch(batch => void seen.push(...batch.map(record => record.value).collect()))
  const first = start()
  const run = first.run()
  t.after(() => first.stop())
  fake.produce('orders', ['a'])
  await until('the first has begun', () => seen.length === 1)
  await assert.rejects(start().run(), (error: Error) => {
    assert.ok(error instanceof TidemarkError && error.code === 'STORE_LOCKED', String(error))
    assert.ok(error.message.includes(folder) && error.message.includes(`process ${process.pid}`), error.message)
    return true
  })
  fake.produce('orders', ['b'])
  await until('the first goes on', () => seen.length === 2)
  await first.stop()
  await run
  assert.deepEqual(seen, ['a', 'b'])
})

test('a clock that is set back an hour is told; order, positions and the newest proof do not depend on it', async t => {
  let shiftMs = 0
  const clock: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() - shiftMs }
  const { fake, processor, events, store, seen } = await usePipeline(t, {}, clock)
  const run = processor.run()
  fake.produce('orders', numbered('before', 3))
  await until('the first batch is saved', () => seen().length === 3)
  shiftMs = 3_600_000
  fake.produce('orders', numbered('after', 2))
  await until('the next batch is saved', () => seen().length === 5)
  await processor.stop()
  await run
  assert.deepEqual(seen(), [...numbered('before', 3), ...numbered('after', 2)])
  assert.match(told(events, 'CLOCK_MOVED_BACK')?.message ?? '', new RegExp(`back by 3[56].*${store.name}`))
  const [newest] = (await store.readProofs?.(groupId, 1)) ?? []
  assert.equal(newest?.ranges[0]?.untilOffset, 5n)
})

test('positions moved from outside again and again end the run, naming the store', async t => {
  // Waits of seconds pass in hundredths: nothing here depends on how long they are.
  const hurried: Clock = { ...systemClock, after: (delayMs, callback) => systemClock.after(delayMs / 100, callback) }
  const { fake, processor, store } = await usePipeline(t, {}, hurried)
  const other = await store.open({ groupId })
  t.after(() => other.close())
  fake.produce('orders', numbered('a', 30))
  let at = 0n
  const [described] = await (await fake.client().connect()).describeTopics(['orders'])
  const meddle = async () => {
    const stored = { topic: 'orders', partition: 0, offset: ++at, topicId: described?.topicId, metadata: undefined }
    await other.reset([stored])
  }
  const meddled = withStore(store, open => ({ commit: change => meddle().then(() => open.commit(change)) }))
  await processor.stop()
  const run = createProcessor({
    client: fake.client(),
    groupId,
    topics: ['orders'],
    value: text,
    handleSignals: false,
    trace: recorder().trace,
    clock: hurried,
    guarantee: transactional(meddled),
  })
    .foreachBatch(() => {})
    .run()
  await assert.rejects(run, (error: Error) => {
    assert.ok(error instanceof TidemarkError && error.code === 'FENCED_REPEATEDLY', String(error))
    assert.match(error.message, new RegExp(`orders/0 was taken over 4 times in a row.*${store.name}`))
    return true
  })
})

test('a batch that is not done when its partition must be given up is given up, says so, and runs again at the next owner', async t => {
  const fake = new FakeKafka()
  fake.createTopic('orders', 1)
  const path = join(await tempFolder(t), 'out.db')
  const store = () => sqlite(path, { setup, synchronous: 'off' })
  const inHandler = Promise.withResolvers<AbortSignal>()
  const { events, trace } = recorder()
  const common = { topics: ['orders'], groupId, value: text, handleSignals: false, rebalanceTimeoutMs: 100 } as const
  const slow = createProcessor({ ...common, client: fake.client(), guarantee: transactional(store()), trace })
  slow.foreachBatch((batch, { tx, signal }) => {
    for (const { value } of batch) tx.run('insert into seen values (?)', `slow ${value}`)
    inHandler.resolve(signal)
    return new Promise(() => {})
  })
  const slowRun = slow.run()
  fake.produce('orders', ['a'])
  const signal = await inHandler.promise
  const quick = createProcessor({
    ...common,
    client: fake.client(),
    guarantee: transactional(store()),
    trace: recorder().trace,
  })
  quick.foreachBatch((batch, { tx }) => {
    for (const { value } of batch) tx.run('insert into seen values (?)', `quick ${value}`)
  })
  fake.group(groupId).prefer('last')
  const quickRun = quick.run()
  t.after(() => Promise.all([slow.stop({ deadlineMs: 0 }), quick.stop()]))
  const database = new DatabaseSync(path)
  t.after(() => database.close())
  const rows = () => database.prepare('select value from seen').all()
  await until('the next owner has run it', () => rows().length > 0)
  assert.deepEqual(
    rows().map(row => row.value),
    ['quick a'],
  )
  assert.equal(signal.aborted, true)
  assert.match(
    told(events, 'REBALANCE_DEADLINE')?.message ?? '',
    /orders\/0 had to be given up before its batch was done \(80 ms\)/,
  )
  const report = await slow.stop()
  assert.deepEqual(report.committed, [])
  assert.deepEqual(report.willBeRedone, [{ topic: 'orders', partition: 0, fromOffset: 0n, untilOffset: 1n }])
  await slowRun
  await quick.stop()
  await quickRun
})

test('a stop while nobody can say whether the last commit took effect says that it is unknown, and nothing else', async t => {
  const { fake, store } = await usePipeline(t)
  let isAway = false
  const away = () => new TidemarkError('STORE_UNREACHABLE', { store: store.name, reason: 'the test took it away' })
  const lost = withStore(store, open => ({
    async commit() {
      isAway = true
      throw new CommitUnknownError(store.name, 'the answer was lost')
    },
    read: partitions => (isAway ? Promise.reject(away()) : open.read(partitions)),
  }))
  const { events, trace } = recorder()
  const common = {
    client: fake.client(),
    groupId,
    topics: ['orders'],
    value: text,
    handleSignals: false,
    trace,
  } as const
  const processor = createProcessor({ ...common, guarantee: transactional(lost), retry: { backoffMs: 1 } })
  const run = processor.foreachBatch(() => {}).run()
  const ended = assert.rejects(run, { code: 'STORE_UNREACHABLE', message: new RegExp(store.name) })
  fake.produce('orders', ['a'])
  await until('the offsets cannot be read back', () => events.some(event => event.kind === 'retrying'))
  const report = await processor.stop()
  await ended
  const range = { topic: 'orders', partition: 0, fromOffset: 0n, untilOffset: 1n }
  assert.deepEqual([report.committed, report.willBeRedone, report.unknown], [[], [], [range]])
})

test('brokers that keep little beside an offset: less is kept, said once, and every commit stands', async () => {
  for (const [limit, kept, says] of [
    [200, /^topicId=\S* partitions=1$/, /proof records are left out\./],
    [10, /^$/, /topic ids are left out/],
  ] as const) {
    for (const guarantee of [atLeastOnce(), transactional(kafka())]) {
      const fake = new FakeKafka()
      fake.createTopic('orders', 1)
      fake.group('g').offsetMetadataBytesMax = limit
      const { events, trace } = recorder()
      fake.produce('orders', numbered('a', 30))
      const processor = createProcessor({
        client: fake.client(),
        groupId: 'g',
        topics: ['orders'],
        value: text,
        handleSignals: false,
        trace,
        guarantee: guarantee as Guarantee<object>,
        trigger: 'availableNow',
        maxRecordsPerBatch: 10,
      }).foreachBatch(() => {})
      await processor.run()
      const { offset, metadata } = fake.group('g').committed({ topic: 'orders', partition: 0 })
      assert.equal(offset, 30n)
      assert.match(metadata ?? '', kept)
      const notices = events.flatMap(event => (event.kind === 'notice' ? [event.error.message] : []))
      assert.equal(notices.length, 1, notices.join('; '))
      assert.match(notices[0] ?? '', says)
      assert.equal(events.filter(event => event.kind === 'batchFailed').length, 0)
    }
  }
})
