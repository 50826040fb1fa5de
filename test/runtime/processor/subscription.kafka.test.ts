/** What is subscribed to changes while the pipeline runs, and so does the broker under it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import { kafkajs } from '../../../runtime/src/clients/kafkajs.ts'
import { atLeastOnce, createProcessor, type Guarantee, kafka, text, transactional } from '../../../runtime/src/index.ts'
import { type TestKafka, useKafka } from '../../harness/kafka.ts'
import { fileScope } from '../../harness/scope.ts'
import { uniqueName } from '../../harness/topics.ts'
import { until } from '../../harness/until.ts'
import { numbered, recorder, useStage } from './stage.ts'

test('a pattern picks up a topic that is created later, and a partition that is added', async t => {
  const stage = await useStage(t)
  const stem = uniqueName('shop')
  const { connection, groupId } = stage
  await connection.createTopics([{ topic: `${stem}-a`, partitions: 1 }])
  const seen = new Set<string>()
  const processor = createProcessor({
    client: stage.client(),
    groupId,
    metadataRefreshIntervalMs: 300,
    topics: new RegExp(`${stem}-.*`),
    value: text,
    guarantee: atLeastOnce(),
    handleSignals: false,
    trace: recorder().trace,
  }).foreachBatch(batch => {
    for (const { value } of batch) seen.add(value)
  })
  const run = processor.run()
  const producer = await connection.producer({})
  t.after(() => producer.close())
  await producer.send([{ topic: `${stem}-a`, partition: 0, value: 'first' }])
  await until('the first topic is read', () => seen.has('first'))

  await connection.createTopics([{ topic: `${stem}-b`, partitions: 1 }])
  await producer.send([{ topic: `${stem}-b`, partition: 0, value: 'later topic' }])
  await until('the later topic is read', () => seen.has('later topic'), { deadlineMs: 60_000 })

  const alter = [
    '--alter',
    '--topic',
    `${stem}-a`,
    '--partitions',
    '2',
    '--bootstrap-server',
    stage.kafka.brokers.join(','),
  ]
  await stage.kafka.tool('org.apache.kafka.tools.TopicCommand', alter)
  const fresh = await stage.client().connect()
  t.after(() => fresh.close())
  await until(
    'the partition is known',
    async () => (await fresh.describeTopics([`${stem}-a`]))[0]?.partitions.length === 2,
  )
  await (await fresh.producer({})).send([{ topic: `${stem}-a`, partition: 1, value: 'later partition' }])
  await until('the later partition is read', () => seen.has('later partition'), { deadlineMs: 60_000 })
  await processor.stop()
  await run
})

const scope = fileScope()
/** One that keeps little beside offsets, and may be killed. */
let ownKafka: Promise<TestKafka> | undefined
const useOwnKafka = () => (ownKafka ??= useKafka(scope, { configs: { 'offset.metadata.max.bytes': '100' } }))

for (const guarantee of [atLeastOnce(), transactional(kafka())] as Guarantee<object>[]) {
  test(`a broker that keeps little beside an offset: ${guarantee.name} commits all the same, and says what is left out`, async t => {
    const stage = await useStage(t, { kafka: await useOwnKafka() })
    await stage.produce(numbered('a', 30))
    const { events, trace } = recorder()
    const processor = createProcessor({
      client: stage.client(),
      groupId: stage.groupId,
      topics: [stage.topic],
      value: text,
      guarantee,
      trigger: 'availableNow',
      maxRecordsPerBatch: 10,
      handleSignals: false,
      trace,
    }).foreachBatch(() => {})
    const report = await processor.run()
    assert.equal(report.records, 30)
    const [committed] = await stage.connection.committedOffsets(stage.groupId, [{ topic: stage.topic, partition: 0 }])
    assert.equal(committed?.offset, 30n)
    assert.match(committed?.metadata ?? '', /^topicId=\S+ partitions=1$/)
    const notices = events.flatMap(event => (event.kind === 'notice' ? [event.error.message] : []))
    assert.equal(notices.length, 1, notices.join('; '))
    assert.match(notices[0] ?? '', /proof records are left out\./)
    assert.deepEqual(
      events.filter(event => event.kind === 'batchFailed'),
      [],
    )
  })
}

test('a broker that is killed and comes back: the pipeline sits it out and goes on', async t => {
  const stage = await useStage(t, { kafka: await useOwnKafka() })
  await stage.produce(numbered('a', 10))
  const seen: string[] = []
  const processor = createProcessor({
    client: stage.client(),
    groupId: stage.groupId,
    topics: [stage.topic],
    value: text,
    guarantee: atLeastOnce(),
    handleSignals: false,
    trace: recorder().trace,
  }).foreachBatch(batch => void seen.push(...batch.map(record => record.value).collect()))
  const run = processor.run()
  await until('the first records are committed', async () => (await stage.committed()) === 10n)
  await stage.kafka.restart({ isKilled: true })
  const late = await stage.client().connect()
  t.after(() => late.close())
  await until('the broker takes records again', async () => {
    await (await late.producer({})).send([{ topic: stage.topic, partition: 0, value: 'after' }])
    return true
  })
  await until('the pipeline goes on', () => seen.includes('after'), { deadlineMs: 90_000 })
  await processor.stop()
  await run
  assert.deepEqual(seen.slice(0, 10), numbered('a', 10))
})

test('no broker at the start: refused by name, within seconds', async () => {
  const nowhere = new Kafka({
    clientId: 'test',
    brokers: ['127.0.0.1:1'],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  })
  const processor = createProcessor({
    client: kafkajs(nowhere),
    groupId: 'g',
    topics: ['orders'],
    value: text,
    guarantee: atLeastOnce(),
    handleSignals: false,
    trace: recorder().trace,
  }).foreachBatch(() => {})
  await assert.rejects(processor.run(), { code: 'BROKER_UNREACHABLE', message: /127\.0\.0\.1:1/ })
})
