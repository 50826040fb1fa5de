/** Options are checked when the processor is made, before anything is connected; and mean what they say. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KafkaClient } from '../../../runtime/src/clients/client.ts'
import {
  atLeastOnce,
  createProcessor,
  type Guarantee,
  kafka,
  silentTrace,
  TidemarkError,
  text,
  transactional,
} from '../../../runtime/src/index.ts'
import { checkpoint } from '../../../runtime/src/stores/checkpoint.ts'
import { FakeKafka } from '../../../runtime/src/testing/index.ts'
import { until } from '../../harness/until.ts'
import { HeldClock, numbered } from './stage.ts'

const common = { client: new FakeKafka().client(), groupId: 'g', topics: ['orders'], value: text }

test('options are checked at once, with what was expected', () => {
  const make = (extra: object) => () => createProcessor({ ...common, guarantee: atLeastOnce(), ...extra })
  assert.throws(make({ maxRecordsPerBatch: 0 }), /maxRecordsPerBatch is 0, but it must be a whole number, at least 1/)
  assert.throws(make({ groupId: '' }), /groupId/)
  assert.throws(make({ topics: [] }), /topics/)
  assert.throws(make({ guarantee: undefined }), /transactional\(store\)/)
  assert.throws(make({ heartbeatIntervalMs: 20_000 }), /at most a third of sessionTimeoutMs/)
  assert.throws(make({ onDataLoss: 'ask' }), /askOnDataLoss/)
  assert.throws(make({ trigger: { processingTimeMs: 0 } }), /processingTimeMs/)
  assert.throws(make({ trigger: 'once' }), /trigger is 'once', but it must be one of asFastAsPossible, availableNow/)
  assert.throws(make({ onDataLoss: 'ignore' }), /onDataLoss is 'ignore', but it must be one of fail, /)
  assert.throws(make({ startingOffsets: 'newest' }), /startingOffsets/)
  assert.throws(make({ isolation: 'read_comitted' }), /isolation/)
})

test('a handler is given once, and before the run', async () => {
  const processor = createProcessor({ ...common, guarantee: atLeastOnce() })
  await assert.rejects(processor.run(), { code: 'HANDLER_MISSING' })
  processor.foreachBatch(() => {})
  assert.throws(() => processor.foreachPartition(() => {}), { code: 'HANDLER_TWICE' })
  const run = processor.run()
  await assert.rejects(processor.run(), { code: 'RUN_TWICE' })
  await assert.rejects(run, { code: 'TOPIC_UNKNOWN' })
})

test('what client or store cannot keep is refused at the start, by name and with the way out', async () => {
  const whole = new FakeKafka()
  whole.createTopic('orders', 1)
  const refused = async (guarantee: Guarantee<object>, lacks: Partial<KafkaClient['capabilities']> = {}) => {
    const client = whole.client()
    const options = { ...common, client: { ...client, capabilities: { ...client.capabilities, ...lacks } }, guarantee }
    const run = createProcessor({ ...options, handleSignals: false })
      .foreachBatch(() => assert.fail('it ran'))
      .run()
    const error = await run.then(
      () => assert.fail('it was not refused'),
      (failure: unknown) => failure,
    )
    assert.ok(error instanceof TidemarkError && error.code === 'GUARANTEE_UNSUPPORTED', String(error))
    return error.message
  }
  const untyped = transactional as (store: unknown) => Guarantee<object>
  assert.match(
    await refused(atLeastOnce(), { fencedCommits: false }),
    /a Kafka in memory cannot keep the guarantee at-least-once: .*member and generation.*atLeastOnce\(\{ store/,
  )
  assert.match(await refused(transactional(kafka()), { fencedTransactions: false }), /a zombie could commit.*database/)
  assert.match(await refused(transactional(kafka()), { safeIdempotentProduce: false }), /lose or double/)
  assert.match(
    await refused(untyped(checkpoint('nowhere'))),
    /checkpoint nowhere cannot keep the guarantee transactional exactly-once.*sqlite, postgres/,
  )
})

test('a batch that is not full waits for more records, so long and no longer', async () => {
  const fake = new FakeKafka()
  fake.createTopic('orders', 1)
  const clock = new HeldClock()
  const sizes: number[] = []
  const processor = createProcessor({
    client: fake.client(),
    groupId: 'g',
    topics: ['orders'],
    value: text,
    handleSignals: false,
    trace: silentTrace,
    clock,
    guarantee: atLeastOnce(),
    maxRecordsPerBatch: 8,
    maxWaitMsPerBatch: 1_000,
  }).foreachBatch(batch => void sizes.push(batch.recordCount))
  const run = processor.run()
  fake.produce('orders', numbered('a', 3))
  await until('the batch waits from its first record on', () => clock.isAwaited(1_000))
  clock.pass(600)
  fake.produce('orders', numbered('b', 2))
  await until('more records do not begin the wait anew', () => clock.isAwaited(400))
  assert.deepEqual(sizes, [])
  clock.pass(400)
  await until('what had come is one batch', () => sizes.length === 1)
  assert.deepEqual(sizes, [5])
  fake.produce('orders', numbered('c', 8))
  await until('a full batch does not wait', () => sizes.length === 2)
  assert.deepEqual(sizes, [5, 8])
  await processor.stop()
  await run
})
