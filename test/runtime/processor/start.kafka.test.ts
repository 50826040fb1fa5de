/** Where a pipeline starts, and what it does when its position no longer fits the log. Nothing is ever reset silently. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import {
  atLeastOnce,
  createProcessor,
  type LossReport,
  type ProcessorOptions,
  TidemarkError,
  text,
} from '../../../runtime/src/index.ts'
import { sqlite } from '../../../runtime/src/stores/sqlite.ts'
import type { OffsetStore } from '../../../runtime/src/stores/store.ts'
import { tempFolder } from '../../harness/folders.ts'
import { until } from '../../harness/until.ts'
import { numbered, recorder, type TestStage, useStage } from './stage.ts'

type Extra = Partial<Pick<ProcessorOptions<string, never>, 'startingOffsets' | 'onDataLoss' | 'askOnDataLoss'>>

/** Reads all there is, once, and answers the values. */
async function drain(stage: TestStage, extra: Extra = {}, store?: OffsetStore<unknown>): Promise<string[]> {
  const seen: string[] = []
  const { trace } = recorder()
  const { client, groupId, topic } = stage
  const guarantee = atLeastOnce(store ? { store } : {})
  await createProcessor({
    client: client(),
    groupId,
    topics: [topic],
    value: text,
    guarantee,
    trigger: 'availableNow',
    trace,
    handleSignals: false,
    ...extra,
  })
    .foreachBatch(batch => void seen.push(...batch.map(record => record.value).collect()))
    .run()
  return seen
}

/** Records below `offset` are deleted, as retention would. */
async function deleteBefore(stage: TestStage, offset: number): Promise<void> {
  const request = JSON.stringify({ partitions: [{ topic: stage.topic, partition: 0, offset }], version: 1 })
  const { writeFile } = await import('node:fs/promises')
  const file = `${await tempFolder({ after: () => {} })}/delete.json`
  await writeFile(file, request)
  const tool = 'org.apache.kafka.tools.DeleteRecordsCommand'
  await stage.kafka.tool(tool, ['--bootstrap-server', stage.kafka.brokers.join(','), '--offset-json-file', file])
}

test('earliest, latest, explicit and by time', async t => {
  const stage = await useStage(t)
  await stage.produce(numbered('a', 5))
  const [log] = await stage.connection.logOffsets([{ topic: stage.topic, partition: 0 }])
  assert.equal(log?.highWatermark, 5n)
  const offsets = { [stage.topic]: { 0: 3n } }
  const fresh = (name: string) => ({ ...stage, groupId: `${stage.groupId}-${name}` })
  assert.deepEqual(await drain(fresh('earliest'), { startingOffsets: 'earliest' }), numbered('a', 5))
  assert.deepEqual(await drain(fresh('latest'), { startingOffsets: 'latest' }), [])
  assert.deepEqual(await drain(fresh('explicit'), { startingOffsets: { offsets } }), ['a3', 'a4'])
  assert.deepEqual(await drain(fresh('time'), { startingOffsets: { timestampMs: 0 } }), numbered('a', 5))
  await assert.rejects(drain(fresh('beyond'), { startingOffsets: { offsets: { [stage.topic]: { 0: 9n } } } }), {
    code: 'STARTING_OFFSET_INVALID',
  })
  await assert.rejects(drain(fresh('none'), { startingOffsets: { offsets: {} } }), { code: 'OPTION_INVALID' })
})

test('latest is remembered: what comes between two starts is not skipped', async t => {
  const stage = await useStage(t)
  await stage.produce(numbered('old', 3))
  assert.deepEqual(await drain(stage, { startingOffsets: 'latest' }), [])
  await stage.produce(numbered('new', 2))
  assert.deepEqual(await drain(stage, { startingOffsets: 'latest' }), numbered('new', 2))
})

test('a partition added later starts at its first record, also under latest', async t => {
  for (const store of [undefined, sqlite(`${await tempFolder(t)}/offsets.db`)]) {
    const stage = await useStage(t, { partitions: 2 })
    await stage.produce(numbered('old', 3))
    assert.deepEqual(await drain(stage, { startingOffsets: 'latest' }, store), [])
    const alter = [
      '--alter',
      '--topic',
      stage.topic,
      '--partitions',
      '3',
      '--bootstrap-server',
      stage.kafka.brokers.join(','),
    ]
    await stage.kafka.tool('org.apache.kafka.tools.TopicCommand', alter)
    const late = await stage.client().connect()
    t.after(() => late.close())
    await until(
      'the new partition is known',
      async () => (await late.describeTopics([stage.topic]))[0]?.partitions.length === 3,
    )
    await (await late.producer({})).send([{ topic: stage.topic, partition: 2, value: 'grown' }])
    assert.deepEqual(await drain(stage, { startingOffsets: 'latest' }, store), ['grown'])
  }
})

for (const kind of ['the Kafka group', 'a store'] as const) {
  const openStore = async (t: TestContext) =>
    kind === 'a store' ? sqlite(`${await tempFolder(t)}/offsets.db`) : undefined

  test(`records deleted unprocessed, offsets in ${kind}: fail names the range, and nothing moves`, async t => {
    const stage = await useStage(t)
    const store = await openStore(t)
    await stage.produce(numbered('a', 10))
    assert.equal((await drain(stage, {}, store)).length, 10)
    await stage.produce(numbered('b', 20))
    await deleteBefore(stage, 25)

    const failure = await drain(stage, {}, store).catch(error => error)
    assert.ok(failure instanceof TidemarkError && failure.code === 'OFFSETS_LOST', String(failure))
    assert.match(failure.message, new RegExp(`${stage.topic}/0: offsets 10\\.\\.25 \\(15\\) were deleted`))
    if (!store) assert.equal(await stage.committed(), 10n)

    const asked: LossReport[] = []
    const askOnDataLoss = (reports: readonly LossReport[]) => {
      asked.push(...reports)
      return 'earliest' as const
    }
    assert.deepEqual(await drain(stage, { onDataLoss: 'ask', askOnDataLoss }, store), numbered('b', 20).slice(15))
    assert.deepEqual(
      asked.map(({ cause, vanished }) => ({ cause, vanished })),
      [{ cause: 'belowLogStart', vanished: { topic: stage.topic, partition: 0, fromOffset: 10n, untilOffset: 25n } }],
    )
  })

  test(`topic deleted and created anew, offsets in ${kind}: seen, although the offset would fit`, async t => {
    const stage = await useStage(t)
    const store = await openStore(t)
    await stage.produce(numbered('a', 4))
    await drain(stage, {}, store)
    await stage.connection.deleteTopics([stage.topic])
    const late = await stage.client().connect()
    t.after(() => late.close())
    await until('the topic is gone', async () => (await late.describeTopics([stage.topic])).length === 0)
    await late.createTopics([{ topic: stage.topic, partitions: 1 }])
    await (await late.producer({})).send(numbered('new', 6).map(value => ({ topic: stage.topic, partition: 0, value })))
    if (store) {
      await assert.rejects(drain(stage, {}, store), /created anew/)
      assert.deepEqual(await drain(stage, { onDataLoss: 'earliest' }, store), numbered('new', 6))
    }
    // Kafka drops a group's offsets with the topic: then it is a first start, and nothing is skipped either.
    else assert.deepEqual(await drain(stage), numbered('new', 6))
  })
}

test('a position beyond the end is a loss, not a wait for ever', async t => {
  const stage = await useStage(t)
  const path = `${await tempFolder(t)}/offsets.db`
  await stage.produce(numbered('a', 3))
  const [described] = await stage.connection.describeTopics([stage.topic])
  const open = await sqlite(path).open({ groupId: stage.groupId })
  await open.initialize({
    topic: stage.topic,
    partition: 0,
    offset: 99n,
    topicId: described?.topicId,
    metadata: undefined,
  })
  await open.close()
  await assert.rejects(drain(stage, {}, sqlite(path)), /stored position 99 is beyond the end/)
  assert.deepEqual(await drain(stage, { onDataLoss: 'latest' }, sqlite(path)), [])
  await stage.produce(['b'])
  assert.deepEqual(await drain(stage, {}, sqlite(path)), ['b'])
})

test('a negative position, as kafkajs leaves one behind, is a loss that is reported, not a place to start', async t => {
  const stage = await useStage(t)
  await stage.produce(numbered('a', 3))
  const admin = new Kafka({ clientId: 'test', brokers: stage.kafka.brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  t.after(() => admin.disconnect())
  await admin.resetOffsets({ groupId: stage.groupId, topic: stage.topic, earliest: true })
  assert.equal(await stage.committed(), -2n)
  await assert.rejects(drain(stage), { code: 'OFFSETS_LOST', message: /the stored position is -2/ })
  assert.equal(await stage.committed(), -2n, 'nothing was moved')
  assert.deepEqual(await drain(stage, { onDataLoss: 'earliest' }), numbered('a', 3))
})

test('an unknown topic is refused at the start, by name', async t => {
  const stage = await useStage(t)
  await assert.rejects(drain({ ...stage, topic: 'no-such-topic' }), { code: 'TOPIC_UNKNOWN', message: /no-such-topic/ })
})
