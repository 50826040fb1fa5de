/** Plain kafkajs programs under the preloaded hook, on a real broker: stepped by batch and phase, in a scratch group, and never held for good. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import type { BatchState } from '../../../runtime/src/protocol.ts'
import { type Program, startProgram } from '../../chaos/program.ts'
import { useKafka } from '../../harness/kafka.ts'
import { uniqueName } from '../../harness/topics.ts'
import { until } from '../../harness/until.ts'
import { openEditor, type TestEditor } from '../processor/editor.ts'

const preloaded = { NODE_OPTIONS: '--import=@tidemark/runtime/register' }

test('eachMessage: three batches stepped in a scratch group, and the real group does not move', async t => {
  const stage = await prepare(t)
  await stage.produce('a', 'b', 'c', 'd', 'e')
  await stage.commit(2)
  const editor = await openEditor(t, { stopAtStart: true })
  const program = stage.start('eachMessage.ts', editor)

  const first = await editor.stoppedAt('fetched')
  const { groupId, client, guarantee } = editor.hellos[0] ?? assert.fail('no hello')
  assert.deepEqual([groupId, client, guarantee], [stage.scratch, 'kafkajs', 'at-least-once (kafkajs autoCommit)'])
  assert.deepEqual(first.ranges, [{ topic: stage.topic, partition: 0, fromOffset: '2', untilOffset: '5' }])
  assert.deepEqual(first.ifItDied, { sentence: 'readAgain', again: 3 })
  const window = await editor.records(first.batchId, 1, 5)
  assert.equal(window.total, 3)
  assert.deepEqual(
    window.records.map(({ offset, value }) => [offset, value]),
    [
      ['3', 'd'],
      ['4', 'e'],
    ],
  )
  assert.doesNotMatch(program.output(), /handled/, 'the handler waits')

  editor.command({ kind: 'stepPhase' })
  await editor.stoppedAt('processing')
  assert.doesNotMatch(program.output(), /handled/)
  editor.command({ kind: 'stepPhase' })
  const saved = await editor.stoppedAt('saved')
  await program.says(/handled e\./)
  assert.doesNotMatch(program.output(), /handled b\./)
  assert.deepEqual(saved.ifItDied, { sentence: 'twice', again: 3 })
  assert.equal(await stage.committed(stage.scratch), 2, 'the copied offset')
  editor.command({ kind: 'stepPhase' })
  let last = await editor.stoppedAt('committed')
  assert.equal(last.outcome, 'committed')
  assert.equal(await stage.committed(stage.scratch), Number(untilOffset(last)))

  for (const value of ['f', 'g']) {
    editor.command({ kind: 'stepBatch' })
    await stage.produce(value)
    const next = await editor.stoppedAt('fetched', last)
    assert.equal(next.ranges[0]?.fromOffset, untilOffset(last))
    assert.equal(await stage.committed(stage.scratch), Number(untilOffset(last)))
    last = next
  }
  assert.equal(await stage.committed(stage.group), 2)

  editor.command({ kind: 'continue' })
  await stage.produce('h')
  await until('everything is committed', async () => (await stage.committed(stage.scratch)) === 8)
  program.signal('SIGTERM')
  assert.equal(await program.ended, 0, program.output())
  const ended = await until('the farewell arrived', () => editor.ended)
  assert.deepEqual(ended.committed, [{ topic: stage.topic, partition: 0, fromOffset: '2', untilOffset: '8' }])
  assert.deepEqual([ended.willBeRedone, ended.unknown], [[], []])
  assert.equal(await stage.committed(stage.group), 2)
})

test('on a read-only cluster the consumer is refused when it connects', async t => {
  const stage = await prepare(t)
  await stage.produce('a')
  await stage.commit(0)
  const editor = await openEditor(t, { stopAtStart: true })
  const program = stage.start('eachMessage.ts', editor, {
    TIDEMARK_READ_ONLY: JSON.stringify([{ name: 'production', brokers: [stage.brokers[0]] }]),
  })
  assert.notEqual(await program.ended, 0)
  assert.match(program.output(), /The cluster production is read-only: Tidemark does not debug a pipeline on it/)
  assert.deepEqual([editor.hellos.length, await stage.committed(stage.scratch)], [0, undefined])
  assert.doesNotMatch(program.output(), /handled/)
})

test('eachBatch without autoCommit: what is told is what the handler committed, early, late or never', async t => {
  for (const [commits, inHandler, atEnd, outcome] of [
    ['early', 'undoneLost', 3, 'committed'],
    ['late', 'soFarTwice', 3, 'committed'],
    ['never', 'soFarTwice', undefined, undefined],
  ] as const) {
    const stage = await prepare(t)
    await stage.produce('a', 'b', 'c')
    const editor = await openEditor(t, { stopAtStart: true })
    const program = stage.start('eachBatch.ts', editor, { COMMITS: commits })
    await editor.stoppedAt('fetched')
    editor.command({ kind: 'stepPhase' })
    await editor.stoppedAt('processing')
    editor.command({ kind: 'stepPhase' })
    const saved = await editor.stoppedAt('saved')
    const during = editor.states.filter(state => state.phase === 'processing')
    assert.ok(
      during.some(state => state.ifItDied?.sentence === inHandler),
      `${commits}: ${JSON.stringify(during)}`,
    )
    assert.equal(saved.ifItDied?.sentence, outcome ? 'committedAndDone' : 'uncommittedTwice', commits)
    assert.equal(await stage.committed(stage.scratch), atEnd, commits)
    editor.command({ kind: 'stepPhase' })
    if (outcome) assert.equal((await editor.stoppedAt('committed')).outcome, outcome)
    editor.command({ kind: 'stop', deadlineMs: 30_000 })
    const ended = await until('the farewell arrived', () => editor.ended)
    const all = [{ topic: stage.topic, partition: 0, fromOffset: '0', untilOffset: '3' }]
    assert.deepEqual([ended.committed, ended.willBeRedone], outcome ? [all, []] : [[], all], commits)
    assert.equal(await program.ended, 0, program.output())
    assert.equal(await stage.committed(stage.group), undefined)
  }
})

test('a consumer that is held stays in its group, and an editor that dies lets it run on', async t => {
  const stage = await prepare(t)
  await stage.produce('a', 'b')
  const editor = await openEditor(t, { stopAtStart: true })
  const program = stage.start('eachMessage.ts', editor, { HEARTBEATS: 'told' })
  await editor.stoppedAt('fetched')
  const heartbeats = () => program.output().split('heartbeat').length - 1
  const before = heartbeats()
  await until('heartbeats go on while it is held', () => heartbeats() >= before + 2)
  assert.equal(editor.states.at(-1)?.isStopped, true)
  assert.equal(await stage.members(stage.scratch), 1)
  editor.die()
  await program.says(/handled b\./)
  await until('everything is committed', async () => (await stage.committed(stage.scratch)) === 2)
})

test('an editor that refuses: the consumer runs on without it, in the scratch group', async t => {
  const stage = await prepare(t)
  await stage.produce('a')
  const program = stage.start('eachMessage.ts', await openEditor(t, { stopAtStart: true, token: 'another' }))
  await program.says(/token is wrong/)
  await until('everything is committed', async () => (await stage.committed(stage.scratch)) === 1)
  assert.equal(await stage.committed(stage.group), undefined)
})

test('without an editor nothing is patched or loaded', async t => {
  const program = (environment: NodeJS.ProcessEnv) =>
    startProgram(t, join(import.meta.dirname, 'programs/isPatched.ts'), { ...preloaded, ...environment })
  const alone = program({})
  assert.equal(await alone.ended, 0, alone.output())
  assert.match(alone.output(), /patched: false\.\nlink loaded: false\./)
  const debugged = program({ TIDEMARK_CONTROL: 'nobody', TIDEMARK_CONTROL_TOKEN: 'x' })
  assert.equal(await debugged.ended, 0, debugged.output())
  assert.match(debugged.output(), /patched: true\.\nlink loaded: true\./)
})

interface Stage {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly group: string
  readonly scratch: string
  produce(...values: string[]): Promise<void>
  /** Moves the real group. */
  commit(offset: number): Promise<void>
  /** Read from outside, through the test's own connection. */
  committed(groupId: string): Promise<number | undefined>
  members(groupId: string): Promise<number>
  start(file: string, editor: TestEditor, environment?: NodeJS.ProcessEnv): Program
}

async function prepare(t: TestContext): Promise<Stage> {
  const { brokers } = await useKafka(t)
  const kafka = new Kafka({ clientId: 'test', brokers, logLevel: logLevel.NOTHING })
  const [topic, group, scratch] = [uniqueName('plain'), uniqueName('plain'), uniqueName('plain-scratch')]
  const admin = kafka.admin()
  const producer = kafka.producer()
  t.after(() => Promise.all([admin.disconnect(), producer.disconnect()]))
  await Promise.all([admin.connect(), producer.connect()])
  // kafkajs' own wait for leaders throws while a broker has not heard of the topic yet.
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false })
  await until('the topic is served', async () => (await admin.fetchTopicOffsets(topic)).length === 1)
  return {
    brokers,
    topic,
    group,
    scratch,
    produce: async (...values) => {
      await producer.send({ topic, messages: values.map(value => ({ key: 'k', value })) })
    },
    commit: async offset => {
      await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: String(offset) }] })
    },
    committed: async groupId => {
      const [found] = await admin.fetchOffsets({ groupId, topics: [topic] })
      const offset = Number(found?.partitions[0]?.offset ?? -1)
      return offset < 0 ? undefined : offset
    },
    members: async groupId => (await admin.describeGroups([groupId])).groups[0]?.members.length ?? 0,
    start: (file, editor, environment = {}) =>
      startProgram(t, join(import.meta.dirname, 'programs', file), {
        ...preloaded,
        ...editor.environment,
        ...environment,
        TIDEMARK_SCRATCH_GROUP: scratch,
        BROKERS: brokers.join(','),
        TOPIC: topic,
        GROUP: group,
      }),
  }
}

function untilOffset(state: BatchState): string {
  return state.ranges[0]?.untilOffset ?? assert.fail('a batch without a range')
}
