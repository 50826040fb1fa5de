/** The loop over a Kafka in memory: what is hard to provoke on a real one, at any moment one likes. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import type { JoinOptions, KafkaClient } from '../../../runtime/src/clients/client.ts'
import { CommitUnknownError } from '../../../runtime/src/errors.ts'
import { atLeastOnce, createProcessor, idempotent, kafka, text, transactional } from '../../../runtime/src/index.ts'
import { seededRandom } from '../../../runtime/src/random.ts'
import { type SqliteTransaction, sqlite } from '../../../runtime/src/stores/sqlite.ts'
import type { OffsetStore, OpenStore } from '../../../runtime/src/stores/store.ts'
import { FakeKafka, type FakeMember } from '../../../runtime/src/testing/index.ts'
import { tempFolder } from '../../harness/folders.ts'
import { until } from '../../harness/until.ts'
import { numbered, recorder } from './stage.ts'

const setup = 'create table if not exists seen (value text)'

async function useFake(t: TestContext, partitions = 1) {
  const fake = new FakeKafka()
  fake.createTopic('orders', partitions)
  const path = join(await tempFolder(t), 'out.db')
  const store = () => sqlite(path, { setup, synchronous: 'off' })
  const database = new DatabaseSync(path)
  t.after(() => database.close())
  database.exec(setup)
  const seen = () =>
    database
      .prepare('select value from seen order by rowid')
      .all()
      .map(row => String(row.value))
  return { fake, store, seen }
}

function options(client: KafkaClient) {
  const { trace, events } = recorder()
  return {
    events,
    options: { client, groupId: 'g', topics: ['orders'], value: text, handleSignals: false, trace } as const,
  }
}

const insert = 'insert into seen values (?)'

test('exactly once through random rebalances of three instances, for many seeds', async t => {
  for (let seed = 1; seed <= 8; seed++) {
    const { fake, store, seen } = await useFake(t, 4)
    const random = seededRandom(seed)
    const expected: string[] = []
    const start = () => {
      const processor = createProcessor({
        ...options(fake.client()).options,
        guarantee: transactional(store()),
        maxRecordsPerBatch: 7,
      }).foreachBatch(async (batch, { tx }) => {
        for (const { value } of batch) tx.run(insert, value)
        if (random.next() < 0.3) await new Promise(setImmediate)
      })
      return { processor, run: processor.run() }
    }
    const running = [start()]
    for (let step = 0; step < 25; step++) {
      const values = numbered(`s${step}-`, random.integer(20))
      expected.push(...values)
      fake.produce('orders', values, random.integer(4))
      if (random.next() < 0.25 && running.length < 3) running.push(start())
      if (random.next() < 0.2 && running.length > 1) {
        const [stopped] = running.splice(random.integer(running.length), 1)
        await stopped?.processor.stop()
        await stopped?.run
      }
      await new Promise(setImmediate)
    }
    await until(`every value is there (seed ${seed})`, () => seen().length >= expected.length)
    for (const { processor, run } of running) {
      await processor.stop()
      await run
    }
    assert.deepEqual(seen().sort(), expected.sort(), `seed ${seed}`)
  }
})

test('a zombie writes nothing, says so, and stops owning', async t => {
  const { fake, store, seen } = await useFake(t)
  fake.produce('orders', numbered('a', 5))
  const members: FakeMember[] = []
  const inHandler = Promise.withResolvers<void>()
  const mayGoOn = Promise.withResolvers<void>()
  const zombie = options(rememberingMembers(fake, members))
  const first = createProcessor({ ...zombie.options, guarantee: atLeastOnce({ store: store() }) }).foreachBatch(
    async batch => {
      if (batch.offsetRanges[0]?.fromOffset !== 0n) return
      inHandler.resolve()
      await mayGoOn.promise
    },
  )
  const firstRun = first.run()
  await inHandler.promise
  assert.ok(members[0])
  fake.group('g').expire(members[0])

  const second = createProcessor({ ...options(fake.client()).options, guarantee: transactional(store()) }).foreachBatch(
    (batch, { tx }) => {
      for (const { value } of batch) tx.run(insert, value)
    },
  )
  const secondRun = second.run()
  await until('the second owner has saved', () => seen().length === 5)
  mayGoOn.resolve()
  await until('the zombie says that it was fenced', () => zombie.events.some(event => event.kind === 'fenced'))
  members[0].wake()
  fake.produce('orders', ['b'])
  await until('the second owner goes on', () => seen().length === 6)
  const report = await first.stop()
  await firstRun
  assert.deepEqual(report.committed, [])
  await second.stop()
  await secondRun
  assert.deepEqual(seen(), [...numbered('a', 5), 'b'])
})

test('a commit whose answer was lost is settled by reading back: done is not done again, not done is', async t => {
  for (const tookEffect of [true, false]) {
    const { fake, store, seen } = await useFake(t)
    fake.produce('orders', numbered('a', 3))
    const { options: common, events } = options(fake.client())
    const guarantee = transactional(losingFirstAnswer(store(), tookEffect))
    await createProcessor({ ...common, guarantee, trigger: 'availableNow', retry: { backoffMs: 1 } })
      .foreachBatch((batch, { tx }) => {
        for (const { value } of batch) tx.run(insert, value)
      })
      .run()
    assert.deepEqual(seen(), numbered('a', 3))
    const settled = events.find(event => event.kind === 'commitUnknown')
    assert.equal(settled?.settledAs, tookEffect ? 'committed' : 'redo')
  }
})

test('markers and aborted records at the end are stepped over and committed', async t => {
  const { fake } = await useFake(t)
  const connection = await fake.client().connect()
  const producer = await connection.producer({ transactionalId: 'tx' })
  for (const [value, end] of [
    ['kept', 'commit'],
    ['dropped', 'abort'],
  ] as const) {
    producer.begin()
    await producer.send([{ topic: 'orders', partition: 0, value }])
    await producer[end]()
  }
  const values: string[] = []
  const { options: common } = options(fake.client())
  await createProcessor({ ...common, guarantee: atLeastOnce(), trigger: 'availableNow' })
    .foreachBatch(batch => void values.push(...batch.map(record => record.value).collect()))
    .run()
  assert.deepEqual(values, ['kept'])
  assert.equal(fake.group('g').committed({ topic: 'orders', partition: 0 }).offset, 4n)
})

test('consume, transform, produce: a failed attempt leaves nothing that read_committed shows', async t => {
  const { fake } = await useFake(t)
  fake.createTopic('out', 1)
  fake.produce('orders', numbered('a', 3))
  const { options: common } = options(fake.client())
  await createProcessor({
    ...common,
    guarantee: transactional(kafka()),
    trigger: 'availableNow',
    retry: { backoffMs: 1 },
  })
    .foreachBatch(async (batch, { tx, attempt }) => {
      await tx.send(...batch.map(({ value }) => ({ topic: 'out', value: `${value}/${attempt}` })).collect())
      if (attempt === 1) throw new Error('first attempt')
    })
    .run()
  const found = fake.log({ topic: 'out', partition: 0 }).read(0n, 1 << 20, 'read_committed')
  assert.deepEqual(
    found?.records.map(record => record.value?.toString()),
    numbered('a', 3).map(value => `${value}/2`),
  )
  assert.equal(fake.group('g').committed({ topic: 'orders', partition: 0 }).offset, 3n)
})

test('idempotent: a batch that died after its writes runs again under the same id with the same records', async t => {
  const { fake, store } = await useFake(t)
  fake.produce('orders', numbered('a', 3))
  const runs: { batchId: string; keys: string[] }[] = []
  const start = (fails: boolean) =>
    createProcessor({
      ...options(fake.client()).options,
      guarantee: idempotent(store()),
      trigger: 'availableNow',
      retry: { attemptsMax: 1 },
    })
      .foreachBatch((batch, { batchId, idempotencyKey }) => {
        runs.push({ batchId, keys: batch.map(record => idempotencyKey(record)).collect() })
        if (fails) throw new Error('died')
      })
      .run()
  await assert.rejects(start(true), { code: 'HANDLER_FAILED' })
  fake.produce('orders', numbered('later', 4))
  await start(false)
  assert.deepEqual(runs[1], runs[0], 'the frozen range, not one record more')
  assert.deepEqual(runs[0]?.keys, ['orders/0/0', 'orders/0/1', 'orders/0/2'])
  assert.equal(runs.slice(2).flatMap(run => run.keys).length, 4)
})

test('a position moved from outside: fenced, nothing written, then joined anew from where it stands', async t => {
  const { fake, store, seen } = await useFake(t)
  fake.produce('orders', numbered('a', 4))
  const { options: common, events } = options(fake.client())
  const inHandler = Promise.withResolvers<void>()
  const mayEnd = Promise.withResolvers<void>()
  const processor = createProcessor({
    ...common,
    guarantee: atLeastOnce({ store: store() }),
    sessionTimeoutMs: 1_000,
  }).foreachBatch(async batch => {
    inHandler.resolve()
    await mayEnd.promise
    if (batch.offsetRanges[0]?.fromOffset === 2n) rerun.resolve(batch.recordCount)
  })
  const rerun = Promise.withResolvers<number>()
  const run = processor.run()
  await inHandler.promise
  const open = await store().open({ groupId: 'g' })
  const [described] = await (await fake.client().connect()).describeTopics(['orders'])
  await open.reset([{ topic: 'orders', partition: 0, offset: 2n, topicId: described?.topicId, metadata: undefined }])
  await open.close()
  mayEnd.resolve()
  assert.equal(await rerun.promise, 2, 'what the person set, not what the batch would have committed')
  await processor.stop()
  await run
  assert.ok(events.some(event => event.kind === 'fenced'))
  assert.deepEqual(seen(), [])
})

test('while a batch runs, no more is fetched than the bound', async t => {
  const { fake } = await useFake(t)
  const value = 'x'.repeat(1_000)
  fake.produce(
    'orders',
    Array.from({ length: 2_000 }, () => value),
  )
  let fetchedBytes = 0
  const client = fake.client()
  const counted: KafkaClient = {
    ...client,
    connect: async () => {
      const connection = await client.connect()
      const fetch: typeof connection.fetch = async request => {
        const answers = await connection.fetch(request)
        for (const answer of answers) fetchedBytes += answer.sizeBytes
        return answers
      }
      return { ...connection, fetch }
    },
  }
  const bounds = { prefetchBytesMax: 200_000, maxRecordsPerBatch: 10 }
  const mayEnd = Promise.withResolvers<void>()
  const inHandler = Promise.withResolvers<void>()
  const processor = createProcessor({ ...options(counted).options, ...bounds, guarantee: atLeastOnce() }).foreachBatch(
    async () => {
      inHandler.resolve()
      await mayEnd.promise
    },
  )
  const run = processor.run()
  await inHandler.promise
  for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate)
  // One answer may pass the bound by its own size: what is in flight cannot be called back.
  assert.ok(fetchedBytes <= 2 * bounds.prefetchBytesMax + 2_000, `${fetchedBytes} bytes were fetched`)
  mayEnd.resolve()
  await until(
    'all of it is worked off',
    () => fake.group('g').committed({ topic: 'orders', partition: 0 }).offset === 2_000n,
  )
  await processor.stop()
  await run
})

test('processing time: at most one batch a beat', async t => {
  const { fake } = await useFake(t)
  const startsMs: number[] = []
  const processor = createProcessor({
    ...options(fake.client()).options,
    guarantee: atLeastOnce(),
    trigger: { processingTimeMs: 60 },
    maxRecordsPerBatch: 5,
  }).foreachBatch(() => void startsMs.push(performance.now()))
  fake.produce('orders', numbered('a', 20))
  const run = processor.run()
  await until('four batches have run', () => startsMs.length >= 4)
  await processor.stop()
  await run
  const [first = 0, , , fourth = 0] = startsMs
  assert.ok(fourth - first >= 150, `four batches within ${fourth - first} ms`)
})

function rememberingMembers(fake: FakeKafka, members: FakeMember[]): KafkaClient {
  const client = fake.client()
  return {
    ...client,
    connect: async () => ({
      ...(await client.connect()),
      join: async (joining: JoinOptions) => {
        const member = await fake.group(joining.groupId).join(joining)
        members.push(member)
        return member
      },
    }),
  }
}

function losingFirstAnswer(store: OffsetStore<SqliteTransaction>, tookEffect: boolean): OffsetStore<SqliteTransaction> {
  let isFirst = true
  return {
    ...store,
    async open(openOptions) {
      const open = await store.open(openOptions)
      const commit: OpenStore<SqliteTransaction>['commit'] = async change => {
        const mustLose = isFirst
        isFirst = false
        if (!mustLose) return open.commit(change)
        if (tookEffect) await open.commit(change)
        throw new CommitUnknownError(store.name, 'the answer was lost')
      }
      return new Proxy(open, {
        get(target, name) {
          if (name === 'commit') return commit
          const value: unknown = Reflect.get(target, name, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  }
}
