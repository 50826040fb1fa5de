/** How a run ends: asked to, by a failing handler, or by a deadline; and what it then says is true. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atLeastOnce, atMostOnce, createProcessor, text, transactional } from '../../../runtime/src/index.ts'
import { sqlite } from '../../../runtime/src/stores/sqlite.ts'
import { tempFolder } from '../../harness/folders.ts'
import { until } from '../../harness/until.ts'
import { numbered, recorder, useStage } from './stage.ts'

test('stop() ends after the batch in flight, and the report matches what Kafka knows', async t => {
  const stage = await useStage(t)
  await stage.produce(numbered('a', 30))
  const { trace } = recorder()
  const inHandler = Promise.withResolvers<void>()
  const mayEnd = Promise.withResolvers<void>()
  const processor = createProcessor({
    ...options(stage),
    guarantee: atLeastOnce(),
    maxRecordsPerBatch: 10,
    trace,
  }).foreachBatch(async () => {
    inHandler.resolve()
    await mayEnd.promise
  })
  const run = processor.run()
  await inHandler.promise
  const stopping = processor.stop()
  mayEnd.resolve()
  const report = await stopping
  assert.deepEqual(report, await run)
  assert.deepEqual(report.committed, [{ topic: stage.topic, partition: 0, fromOffset: 0n, untilOffset: 10n }])
  assert.deepEqual([report.willBeRedone, report.unknown, report.batches, report.records], [[], [], 1, 10])
  assert.equal(await stage.committed(), 10n)
})

test('past the deadline the batch is given up: not committed, and said so; a late write through tx is refused', async t => {
  const stage = await useStage(t)
  await stage.produce(numbered('a', 5))
  const store = sqlite(`${await tempFolder(t)}/out.db`, { setup: 'create table if not exists seen (value text)' })
  const inHandler = Promise.withResolvers<void>()
  const late = Promise.withResolvers<unknown>()
  const { trace } = recorder()
  const processor = createProcessor({ ...options(stage), guarantee: transactional(store), trace }).foreachBatch(
    async (batch, { tx, signal }) => {
      tx.run('insert into seen values (?)', batch.collect()[0]?.value ?? '')
      inHandler.resolve()
      await new Promise(resolve => signal.addEventListener('abort', resolve))
      // Until the rollback, which follows at once, the handle is open; what it takes then is rolled back too.
      await new Promise(setImmediate)
      try {
        late.resolve(tx.run('insert into seen values (?)', 'too late'))
      } catch (error) {
        late.resolve(error)
      }
    },
  )
  const run = processor.run()
  await inHandler.promise
  const report = await processor.stop({ deadlineMs: 50 })
  await run
  const range = { topic: stage.topic, partition: 0, fromOffset: 0n, untilOffset: 5n }
  assert.deepEqual([report.committed, report.willBeRedone], [[], [range]])
  assert.match(String(await late.promise), /outside its transaction/)
  const open = await store.open({ groupId: stage.groupId })
  t.after(() => open.close())
  assert.equal((await open.read([range]))[0]?.offset, 0n)
})

test('a handler that fails is tried again within bounds, rolled back each time, then ends the run with its reason', async t => {
  const stage = await useStage(t)
  await stage.produce(numbered('a', 3))
  const store = sqlite(`${await tempFolder(t)}/out.db`, { setup: 'create table if not exists seen (value text)' })
  const { trace, events } = recorder()
  const attempts: number[] = []
  const run = createProcessor({
    ...options(stage),
    guarantee: transactional(store),
    retry: { attemptsMax: 3, backoffMs: 1 },
    trace,
  })
    .foreachBatch((_batch, { tx, attempt }) => {
      attempts.push(attempt)
      assert.equal(tx.get('select count(*) as count from seen')?.count, 0, 'the attempt before was rolled back')
      tx.run("insert into seen values ('half')")
      throw new TypeError('no such customer')
    })
    .run()
  await assert.rejects(run, (error: Error & { code?: string }) => {
    assert.equal(error.code, 'HANDLER_FAILED')
    assert.match(error.message, /0\.\.3 after 3 attempts: no such customer.*rolled back/)
    assert.ok(error.cause instanceof TypeError)
    return true
  })
  assert.deepEqual(attempts, [1, 2, 3])
  assert.equal(events.filter(event => event.kind === 'batchFailed').length, 3)
  const open = await store.open({ groupId: stage.groupId })
  t.after(() => open.close())
  assert.equal((await open.read([{ topic: stage.topic, partition: 0 }]))[0]?.offset, 0n)
})

test('at-most-once never tries a failed batch again, in this run or the next', async t => {
  const stage = await useStage(t)
  await stage.produce(numbered('a', 3))
  const { trace } = recorder()
  let calls = 0
  const start = (handler: (values: string[]) => void) =>
    createProcessor({ ...options(stage), guarantee: atMostOnce(), trigger: 'availableNow', trace })
      .foreachBatch(batch => handler(batch.map(record => record.value).collect()))
      .run()
  const failing = start(() => {
    calls++
    throw new Error('no')
  })
  await assert.rejects(failing, /will not run again/)
  assert.equal(calls, 1)
  await stage.produce(['next'])
  const seen: string[] = []
  await start(values => void seen.push(...values))
  assert.deepEqual(seen, ['next'])
})

test('a value that cannot be parsed names its record and is not retried', async t => {
  const stage = await useStage(t)
  await stage.produce(['good', 'bad'])
  const { trace, events } = recorder()
  const run = createProcessor({
    ...options(stage),
    value: value => {
      if (value?.toString() === 'bad') throw new Error('not an order')
      return value?.toString()
    },
    guarantee: atLeastOnce(),
    trace,
  })
    .foreachBatch(batch => void batch.map(record => record.value).collect())
    .run()
  await assert.rejects(run, new RegExp(`${stage.topic}/0 offset 1 could not be parsed: not an order`))
  assert.equal(events.filter(event => event.kind === 'batchFailed').length, 1)
})

test('a slow partition does not hold back the others under foreachPartition', async t => {
  const stage = await useStage(t, { partitions: 2 })
  await stage.produce(numbered('slow', 10), 0)
  await stage.produce(numbered('fast', 200), 1)
  const { trace } = recorder()
  const slowMayEnd = Promise.withResolvers<void>()
  const processor = createProcessor({
    ...options(stage),
    guarantee: atLeastOnce(),
    maxRecordsPerBatch: 20,
    trace,
  }).foreachPartition(async (_records, { offsetRange }) => {
    if (offsetRange.partition === 0) await slowMayEnd.promise
  })
  const run = processor.run()
  await until('the fast partition is done', async () => (await stage.committed(1)) === 200n)
  assert.notEqual(await stage.committed(0), 10n)
  slowMayEnd.resolve()
  await until('the slow partition is done', async () => (await stage.committed(0)) === 10n)
  await processor.stop()
  await run
})

test('a second instance takes its share after the first has drained its batch; nothing is read twice', async t => {
  const stage = await useStage(t, { partitions: 2 })
  const seen: string[] = []
  const start = () => {
    const processor = createProcessor({
      ...options(stage),
      guarantee: atLeastOnce(),
      maxRecordsPerBatch: 5,
      trace: recorder().trace,
    }).foreachBatch(async batch => {
      const values = batch.map(record => record.value).collect()
      await new Promise(setImmediate)
      seen.push(...values)
    })
    return { processor, run: processor.run() }
  }
  const first = start()
  await stage.produce(numbered('a', 100), 0)
  await stage.produce(numbered('b', 100), 1)
  await until('the first has begun', () => seen.length > 0)
  const second = start()
  for (let round = 0; round < 20; round++) await stage.produce(numbered(`c${round}-`, 20), round % 2)
  await until(
    'everything is committed',
    async () => (await stage.committed(0)) === 300n && (await stage.committed(1)) === 300n,
  )
  const reports = await Promise.all([first.processor.stop(), second.processor.stop()])
  await Promise.all([first.run, second.run])
  assert.equal(new Set(seen).size, 600)
  assert.equal(seen.length, 600, 'drained before it was given up, so nothing ran twice')
  assert.equal(reports[0].records + reports[1].records, 600)
})

function options({ client, groupId, topic }: Awaited<ReturnType<typeof useStage>>) {
  return { client: client(), groupId, topics: [topic], value: text, handleSignals: false, sessionTimeoutMs: 10_000 }
}
