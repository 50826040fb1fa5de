/** The control link on a real broker and a real socket: what a debugger sees, and that the pipeline outlives it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import { kafkajs } from '../../../runtime/src/clients/kafkajs.ts'
import { type Program, startProgram } from '../../chaos/program.ts'
import { tempFolder } from '../../harness/folders.ts'
import { useKafka } from '../../harness/kafka.ts'
import { uniqueName } from '../../harness/topics.ts'
import { until } from '../../harness/until.ts'
import { openEditor, type TestEditor } from './editor.ts'

const samples = join(import.meta.dirname, '../../../runtime/samples/order-totals')
const orderCount = 40

test('steps by phase and by batch, shows records, continues', async t => {
  const editor = await openEditor(t, { stopAtStart: true })
  const run = await startSample(t, editor)

  const fetched = await editor.stoppedAt('fetched')
  assert.equal(editor.hellos[0]?.guarantee, 'transactional exactly-once')
  assert.deepEqual(fetched.ranges, [
    { topic: run.topic, partition: 0, fromOffset: '0', untilOffset: String(fetched.recordCount) },
  ])
  const window = await editor.records(fetched.batchId, 1, 2)
  assert.equal(window.total, fetched.recordCount)
  assert.deepEqual(
    window.records.map(({ offset, key }) => ({ offset, key })),
    [
      { offset: '1', key: 'ada' },
      { offset: '2', key: 'ada' },
    ],
  )

  editor.command({ kind: 'stepPhase' })
  await editor.stoppedAt('processing')
  assert.equal(run.committed(), undefined, 'no row of the group has moved')
  editor.command({ kind: 'stepPhase' })
  const saved = await editor.stoppedAt('saved')
  assert.equal(saved.outputCount, 1, 'one customer, one upsert')
  assert.equal(saved.ifItDied?.sentence, 'rolledBack')
  assert.equal(run.total(), undefined, 'the results are in the open transaction only')
  editor.command({ kind: 'stepPhase' })
  const committed = await editor.stoppedAt('committed')
  assert.equal(committed.outcome, 'committed')
  assert.equal(run.committed(), fetched.recordCount)

  editor.command({ kind: 'stepBatch' })
  await run.produce(5)
  const second = await editor.stoppedAt('fetched', fetched)
  assert.equal(second.ranges[0]?.fromOffset, String(fetched.recordCount))
  editor.command({ kind: 'continue' })
  await until('everything is committed', () => run.committed() === orderCount + 5)

  editor.command({ kind: 'stop', deadlineMs: 5_000 })
  assert.equal(await run.program.ended, 0, run.program.output())
  const ended = await until('the farewell arrived', () => editor.ended)
  assert.deepEqual(ended.committed, [
    { topic: run.topic, partition: 0, fromOffset: '0', untilOffset: String(orderCount + 5) },
  ])
  assert.deepEqual(ended.willBeRedone, [])
})

test('kill -9 between save and commit: the right sample counts once, the wrong one twice', async t => {
  for (const [pipeline, times] of [
    ['totals-right.ts', 1],
    ['totals-wrong.ts', 2],
  ] as const) {
    const editor = await openEditor(t, { stopAtStart: true })
    const run = await startSample(t, editor, pipeline)
    await editor.stoppedAt('fetched')
    editor.command({ kind: 'stepPhase' })
    await editor.stoppedAt('processing')
    editor.command({ kind: 'stepPhase' })
    await editor.stoppedAt('saved')
    run.program.signal('SIGKILL')
    assert.equal(await run.program.ended, 'SIGKILL')
    assert.equal(run.committed(), undefined)
    const again = run.start({ TIDEMARK_INSTANCE: 'tidemark-debug' })
    await until('everything is committed', () => run.committed() === orderCount)
    assert.equal(run.total(), orderCount * times, pipeline)
    again.signal('SIGKILL')
    await again.ended
  }
})

test('pause stops at the next phase; SIGTERM while standing there ends the batch and the run', async t => {
  const editor = await openEditor(t, { stopAtStart: false })
  const run = await startSample(t, editor)
  await until('the batch has ended', () => editor.states.at(-1)?.outcome === 'committed')
  editor.command({ kind: 'pause' })
  // A pause has no answer of its own: the first batches may run before it arrives.
  const stands = await until('the pipeline stands', async () => {
    await run.produce(1)
    return editor.states.findLast(state => state.isStopped)
  })
  run.program.signal('SIGTERM')
  assert.equal(await run.program.ended, 0, run.program.output())
  assert.equal(run.committed(), Number(stands.ranges[0]?.untilOffset))
})

test('an editor that dies while the pipeline stands lets it run on', async t => {
  const editor = await openEditor(t, { stopAtStart: true })
  const run = await startSample(t, editor)
  await editor.stoppedAt('fetched')
  editor.die()
  await until('everything is committed', () => run.committed() === orderCount)
})

test('garbage and oversized frames end the link, not the pipeline', async t => {
  const editor = await openEditor(t, { stopAtStart: true })
  const run = await startSample(t, editor)
  await editor.stoppedAt('fetched')
  editor.garble(Buffer.from(`Content-Length: ${1 << 30}\r\n\r\n`))
  await run.program.says(/link broke.*1073741824/)
  await until('everything is committed', () => run.committed() === orderCount)
})

test('a wrong token, another version and no editor at all: said once, and run without', async t => {
  const wrongToken = await openEditor(t, { stopAtStart: true, token: 'another' })
  const otherVersion = await openEditor(t, { stopAtStart: true, version: 99 })
  const nobody = { environment: { TIDEMARK_CONTROL: join(await tempFolder(t), 'nobody'), TIDEMARK_CONTROL_TOKEN: 'x' } }
  for (const [editor, says] of [
    [wrongToken, /token is wrong/],
    [otherVersion, /version 99/],
    [nobody, /ENOENT/],
  ] as const) {
    const run = await startSample(t, editor)
    await run.program.says(says)
    await until('everything is committed', () => run.committed() === orderCount)
    run.program.signal('SIGKILL')
    await run.program.ended
  }
})

test('a scratch group starts where the real group stands, and the real group does not move', async t => {
  const before = await startSample(t, undefined)
  await until('everything is committed', () => before.committed() === orderCount)
  before.program.signal('SIGTERM')
  await before.program.ended
  await before.produce(3)

  const editor = await openEditor(t, { stopAtStart: true })
  const scratch = uniqueName('scratch')
  const program = before.start({ ...editor.environment, TIDEMARK_SCRATCH_GROUP: scratch })
  const state = await editor.stoppedAt('fetched')
  assert.equal(state.ranges[0]?.fromOffset, String(orderCount))
  editor.command({ kind: 'continue' })
  await until('the scratch group has committed', () => before.committed(scratch) === orderCount + 3)
  assert.equal(before.committed(), orderCount)
  program.signal('SIGTERM')
  assert.equal(await program.ended, 0, program.output())
})

interface Sample {
  readonly topic: string
  readonly program: Program
  produce(count: number): Promise<void>
  start(environment: NodeJS.ProcessEnv): Program
  /** The position in the store, read from outside. */
  committed(group?: string): number | undefined
  total(): number | undefined
}

/** One partition, one customer, forty orders of one cent. */
async function startSample(
  t: TestContext,
  editor: Pick<TestEditor, 'environment'> | undefined,
  pipeline = 'totals-right.ts',
): Promise<Sample> {
  const kafka = await useKafka(t)
  const database = join(await tempFolder(t), 'totals.db')
  const topic = uniqueName('orders')
  const groupId = uniqueName('order-totals')
  const client = kafkajs(new Kafka({ clientId: 'test', brokers: kafka.brokers, logLevel: logLevel.NOTHING }))
  const connection = await client.connect()
  t.after(() => connection.close())
  await connection.createTopics([{ topic, partitions: 1 }])
  const producer = await connection.producer({})
  const produce = async (count: number) => {
    const value = JSON.stringify({ id: 'order', customer: 'ada', amountCents: 1 })
    await producer.send(Array.from({ length: count }, () => ({ topic, key: 'ada', value })))
  }
  await produce(orderCount)
  const own = {
    TIDEMARK_BROKERS: kafka.brokers.join(','),
    TIDEMARK_TOPIC: topic,
    TIDEMARK_GROUP: groupId,
    TIDEMARK_DATABASE: database,
  }
  const start = (environment: NodeJS.ProcessEnv) => startProgram(t, join(samples, pipeline), { ...own, ...environment })
  const program = start(editor?.environment ?? {})
  return {
    topic,
    program,
    produce,
    start,
    committed: (group = groupId) => {
      const offset = one(database, 'select next_offset as value from tidemark_offsets where group_id = ?', group)
      return offset === 0 ? undefined : offset
    },
    total: () => one(database, 'select sum(cents) as value from totals'),
  }
}

function one(path: string, sql: string, ...parameters: string[]): number | undefined {
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 })
    try {
      const row = database.prepare(sql).get(...parameters) as { value: number | null } | undefined
      return row?.value ?? undefined
    } finally {
      database.close()
    }
  } catch {
    return undefined
  }
}
