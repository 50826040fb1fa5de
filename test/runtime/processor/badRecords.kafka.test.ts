/** Records that are too large, or that nobody can read, on a real broker: named, and nothing of their batch takes effect. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atLeastOnce, createProcessor, kafka, TidemarkError, text, transactional } from '../../../runtime/src/index.ts'
import { uniqueName } from '../../harness/topics.ts'
import { recorder, type TestStage, useStage } from './stage.ts'

function options({ client, groupId, topic }: TestStage) {
  const { events, trace } = recorder()
  const common = { client: client(), groupId, topics: [topic], value: text, handleSignals: false, trace } as const
  return { events, common: { ...common, trigger: 'availableNow' } as const }
}

test('a record larger than every bound runs alone; one too large for the output ends the run by name, and nothing of its batch is seen', async t => {
  const stage = await useStage(t)
  const large = 'x'.repeat(700_000)
  await stage.produce([large, 'small'])
  const out = uniqueName('out')
  await stage.connection.createTopics([{ topic: out, partitions: 1 }])
  const { common, events } = options(stage)
  const sizes: number[] = []
  const run = createProcessor({
    ...common,
    guarantee: transactional(kafka()),
    maxBytesPerBatch: 1_000,
    prefetchBytesMax: 1_000,
  })
    .foreachBatch(async (batch, { tx }) => {
      sizes.push(batch.recordCount)
      await tx.send({ topic: out, value: 'fits' })
      for (const { value } of batch) await tx.send({ topic: out, value: value.repeat(2) })
    })
    .run()
  const error = await run.then(
    () => undefined,
    (failure: unknown) => failure,
  )
  assert.ok(error instanceof TidemarkError && error.code === 'HANDLER_FAILED', String(error))
  assert.ok(error.cause instanceof TidemarkError && error.cause.code === 'RECORD_TOO_LARGE', String(error.cause))
  assert.match(error.message, new RegExp(`A record of 14\\d{5} bytes for ${out}/0.*max\\.message\\.bytes`))
  assert.deepEqual(sizes, [1], 'alone, and not tried again')
  assert.equal(events.filter(event => event.kind === 'batchFailed').length, 1)
  assert.equal(await stage.committed(), 0n)
  assert.deepEqual(await valuesOf(stage, out), [])
})

test('records in a codec that the client cannot read end the run by name, where they stand; those before them are done', async t => {
  const stage = await useStage(t)
  await stage.produce(['readable'])
  const flags = [
    '--bootstrap-server',
    stage.kafka.brokers.join(),
    '--topic',
    stage.topic,
    '--compression-codec',
    'snappy',
  ]
  await stage.kafka.tool('org.apache.kafka.tools.ConsoleProducer', flags, { input: 'squeezed\n' })
  const { common } = options(stage)
  const seen: string[] = []
  const run = createProcessor({ ...common, guarantee: atLeastOnce() })
    .foreachBatch(batch => void seen.push(...batch.map(record => record.value).collect()))
    .run()
  await assert.rejects(run, {
    code: 'UNSUPPORTED_CODEC',
    message: new RegExp(`${stage.topic}/0.*snappy.*Register the codec`),
  })
  const committed = (await stage.committed()) ?? 0n
  assert.ok(committed <= 1n && (committed === 0n || seen.length === 1), `stands at ${committed} after [${seen}]`)
})

async function valuesOf({ connection }: TestStage, topic: string): Promise<string[]> {
  const asked = { topic, partition: 0, offset: 0n, maxBytes: 1 << 20 }
  const request = {
    partitions: [asked],
    isolation: 'read_committed',
    maxWaitMs: 100,
    minBytes: 1,
    maxBytes: 1 << 20,
  } as const
  const [answer] = await connection.fetch(request)
  return Array.from(answer?.records ?? [], record => record.value?.toString() ?? '')
}
