/** What a debugger asks of a processor beside steps, on a real broker: run to, outputs, replay, the handler's place. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { build } from 'esbuild'
import { Kafka, logLevel } from 'kafkajs'
import { kafkajs } from '../../../runtime/src/clients/kafkajs.ts'
import { systemClock } from '../../../runtime/src/clock.ts'
import { endScratchGroup, listenForPipeline, scratchGroupName } from '../../../runtime/src/control/host.ts'
import { sqlite } from '../../../runtime/src/stores/sqlite.ts'
import { until } from '../../harness/until.ts'
import { openEditor } from '../processor/editor.ts'
import { useLedger } from './ledgerStage.ts'

const hourMs = 3_600_000

test('runs to an offset, a match and a time: everything before is committed, and the record stands first', async t => {
  const stage = await useLedger(t, 'transactional')
  await stage.produce(0, 'a', 'b', 'c', 'd', '{"cents":7}', 'f')
  const editor = await openEditor(t, { stopAtStart: true })
  stage.start(editor)
  const first = await editor.stoppedAt('fetched')
  assert.deepEqual(first.stopCause, { kind: 'step' })
  await stage.produce(0, 'g', 'h', 'i', 'j', '{"cents":9}', 'l')
  editor.command({ kind: 'runTo', target: { kind: 'offset', topic: stage.topic, partition: 0, offset: '8' } })
  const atOffset = await editor.stoppedAt('fetched', first)
  assert.equal(atOffset.ranges[0]?.fromOffset, '8')
  assert.deepEqual(atOffset.stopCause, {
    kind: 'runTo',
    record: { topic: stage.topic, partition: 0, offset: '8' },
    index: 0,
  })
  assert.deepEqual(stage.values().slice(6), ['g', 'h'], 'what came before is committed, and nothing else')

  assert.match((await editor.checkMatch('value.cents >')) ?? '', /no JavaScript expression/)
  assert.equal(await editor.checkMatch('value?.cents > 8'), null)
  editor.command({ kind: 'runTo', target: { kind: 'match', expression: 'value?.cents > 8' } })
  const atMatch = await editor.stoppedAt('fetched', atOffset)
  assert.equal(atMatch.ranges[0]?.fromOffset, '10')
  assert.deepEqual(stage.values().slice(6), ['g', 'h', 'i', 'j'])

  const { records } = await editor.records(atMatch.batchId, 0, 10)
  const timestampMs = (records.at(-1)?.timestampMs ?? 0) + 1
  await until('a later time', () => performance.timeOrigin + performance.now() > timestampMs + 1)
  editor.command({ kind: 'runTo', target: { kind: 'time', timestampMs } })
  await stage.produce(0, 'm')
  const atTime = await editor.stoppedAt('fetched', atMatch)
  assert.deepEqual([atTime.stopCause?.kind, atTime.ranges[0]?.fromOffset], ['runTo', '12'])
  assert.equal(stage.values().length, 12)
  editor.command({ kind: 'continue' })
  await until('all is committed', () => stage.values().length === 13)
})

test('runs to the next record whose handling throws, and stands there with it', async t => {
  const stage = await useLedger(t, 'transactional')
  await stage.produce(0, 'a', 'b', 'bad c', 'd')
  const editor = await openEditor(t, { stopAtStart: true })
  const program = stage.start(editor)
  await editor.stoppedAt('fetched')
  editor.command({ kind: 'runTo', target: { kind: 'throw' } })
  const threw = await editor.stoppedAt('processing')
  assert.equal(threw.error, 'cannot use bad c')
  assert.deepEqual(threw.stopCause, {
    kind: 'threw',
    record: { topic: stage.topic, partition: 0, offset: '2' },
    index: 2,
  })
  editor.command({ kind: 'continue' })
  assert.equal(await program.ended, 1)
  assert.deepEqual(stage.values(), [])
})

test('step partition cuts a batch into one a partition, which commit apart', async t => {
  const stage = await useLedger(t, 'transactional', { partitions: 3 })
  let produced = 0
  const produceAll = async () => {
    for (const partition of [0, 1, 2]) await stage.produce(partition, `${partition}`)
    produced += 3
  }
  await produceAll()
  const editor = await openEditor(t, { stopAtStart: true })
  stage.start(editor)
  let whole = await editor.stoppedAt('fetched')
  // The first batch may hold fewer partitions: which ones were fetched by then is chance.
  while (whole.ranges.length < 2) {
    await produceAll()
    editor.command({ kind: 'stepBatch' })
    whole = await editor.stoppedAt('fetched', whole)
  }
  const before = stage.values().length
  editor.command({ kind: 'stepPartition' })
  const second = await editor.stoppedAt('fetched', whole)
  assert.equal(editor.states.find(each => each.batchId === whole.batchId && each.outcome)?.outcome, 'cut')
  assert.deepEqual(second.ranges, [whole.ranges[1]])
  const first = Number(whole.ranges[0]?.untilOffset) - Number(whole.ranges[0]?.fromOffset)
  assert.equal(stage.values().length, before + first, 'the first partition alone is committed')
  editor.command({ kind: 'continue' })
  await until('all is committed', () => stage.values().length === produced)
})

test('outputs are known per record, and a replay is rolled back; with other code it shows what differs', async t => {
  const stage = await useLedger(t, 'transactional')
  await stage.produce(0, 'a', 'b', 'c')
  const editor = await openEditor(t, { stopAtStart: true })
  const program = stage.start(editor)
  const batch = await editor.stoppedAt('fetched')
  const place = await editor.handler()
  const source = readFileSync(join(import.meta.dirname, 'programs/ledger.ts'), 'utf8').split('\n')
  assert.match(source[(place?.line ?? 0) - 1] ?? '', /for \(const \[id, value\] of checked\(batch\)\) tx\.run/)
  editor.command({ kind: 'stepPhase' })
  await editor.stoppedAt('processing')
  await assert.rejects(
    editor.replay({ ranges: batch.ranges, batchId: batch.batchId, mode: 'rolledBack' }),
    /being processed/,
  )
  editor.command({ kind: 'stepPhase' })
  await editor.stoppedAt('saved')
  const written = await editor.outputs({ batchId: batch.batchId, from: 0, count: 10 })
  assert.deepEqual(
    written.outputs.map(({ record, values, again, isInTransaction }) => [
      record?.offset,
      values,
      again,
      isInTransaction,
    ]),
    ['a', 'b', 'c'].map((value, at) => [`${at}`, [`0/${at}`, value], 'adds', true]),
  )
  const record = { topic: stage.topic, partition: 0, offset: '1' }
  assert.equal((await editor.outputs({ batchId: batch.batchId, record, from: 0, count: 10 })).total, 1)
  assert.equal((await editor.records(batch.batchId, 0, 3)).records[1]?.outputCount, 1)
  editor.command({ kind: 'stepPhase' })
  await editor.stoppedAt('committed')

  const replay = { ranges: batch.ranges, batchId: batch.batchId, mode: 'rolledBack' } as const
  const same = await editor.replay(replay)
  assert.deepEqual([same.recordCount, same.outputCount, same.gone], [3, 3, []])
  assert.deepEqual((await editor.outputs({ batchId: same.replayId, from: 0, count: 10 })).outputs, written.outputs)
  await assert.rejects(editor.replay({ ...replay, mode: 'written' }), /rollsBackInstead/)
  assert.deepEqual(stage.values(), ['a', 'b', 'c'])
  program.signal('SIGKILL')
  await program.ended

  const other = await openEditor(t, { stopAtStart: true })
  stage.start(other, { MARK: '!' })
  await stage.produce(0, 'd')
  await other.stoppedAt('fetched')
  const changed = await other.replay(replay)
  const outputs = await other.outputs({ batchId: changed.replayId, from: 0, count: 10 })
  assert.deepEqual(
    outputs.outputs.map(({ values }) => values[1]),
    ['a!', 'b!', 'c!'],
  )
  assert.deepEqual(stage.values(), ['a', 'b', 'c'])
})

test('without a transaction a replay records its outputs, or writes them again', async t => {
  const stage = await useLedger(t, 'at-least-once')
  await stage.produce(0, 'a', 'b')
  const editor = await openEditor(t, { stopAtStart: true })
  stage.start(editor)
  const batch = await editor.stoppedAt('fetched')
  assert.deepEqual(editor.hellos[0]?.capabilities.replayRolledBack, { isOffered: false, reason: 'nothingToRollBack' })
  editor.command({ kind: 'stepPhase' })
  await editor.stoppedAt('processing')
  editor.command({ kind: 'stepPhase' })
  await editor.stoppedAt('saved')
  editor.command({ kind: 'stepPhase' })
  await editor.stoppedAt('committed')
  assert.deepEqual(stage.values(), ['a', 'b'])
  const recorded = await editor.replay({ ranges: batch.ranges, batchId: batch.batchId, mode: 'recorded' })
  const outputs = await editor.outputs({ batchId: recorded.replayId, from: 0, count: 10 })
  assert.deepEqual(
    outputs.outputs.map(({ values, isInTransaction, record }) => [values[1], isInTransaction, record?.offset]),
    [
      ['a', false, '0'],
      ['b', false, '1'],
    ],
  )
  assert.deepEqual(stage.values(), ['a', 'b'], 'nothing was written')
  await editor.replay({ ranges: batch.ranges, batchId: batch.batchId, mode: 'written' })
  assert.deepEqual(stage.values(), ['a', 'b', 'a', 'b'])
  assert.equal(await stage.committed(0), 2n)
})

test('records that are produced in a Kafka transaction are seen, and a replay of them is aborted', async t => {
  const stage = await useLedger(t, 'kafka')
  await stage.produce(0, 'a', 'b')
  const editor = await openEditor(t, { stopAtStart: true })
  stage.start(editor)
  const batch = await editor.stoppedAt('fetched')
  const replay = await editor.replay({ ranges: batch.ranges, batchId: batch.batchId, mode: 'rolledBack' })
  assert.deepEqual([replay.recordCount, replay.outputCount], [2, 2])
  editor.command({ kind: 'stepPhase' })
  await editor.stoppedAt('processing')
  editor.command({ kind: 'stepPhase' })
  const saved = await editor.stoppedAt('saved')
  assert.equal(saved.outputCount, 2)
  editor.command({ kind: 'continue' })
  await until('the offsets are committed', async () => (await stage.committed(0)) === 2n)
})

test('the scratch group begins where the real one stands, and goes with the run; left-over ones go too, no others', async t => {
  const stage = await useLedger(t, 'at-least-once')
  await stage.produce(0, 'a', 'b', 'c')
  const admin = new Kafka({ brokers: [`${stage.environment.BROKERS}`], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  t.after(() => admin.disconnect())
  const { topic, group } = stage
  const name = (stem: string, ageMs: number) =>
    scratchGroupName(stem, 'debug', { nowMs: () => systemClock.nowMs() - ageMs })
  const [own, dead, young, other] = [
    name(group, 0),
    name(group, 2 * hourMs),
    name(group, 0),
    name(`other-${group}`, 2 * hourMs),
  ]
  const kept = [group, young, other, `${group}.debug.notes`]
  for (const groupId of [dead, ...kept])
    await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '1' }] })
  const known = async () => (await admin.listGroups()).groups.map(({ groupId }) => groupId)
  const editor = await openEditor(t, { stopAtStart: true })
  const program = stage.start(editor, { TIDEMARK_SCRATCH_GROUP: own })
  const batch = await editor.stoppedAt('fetched')
  assert.equal(batch.ranges[0]?.fromOffset, '1')
  const [{ brokers, standstillMs } = assert.fail('no hello')] = editor.hellos
  assert.deepEqual([brokers, standstillMs], [stage.environment.BROKERS?.split(','), undefined])
  await until('the dead run is swept', async () => !(await known()).includes(dead))
  assert.ok((await known()).includes(own))
  editor.command({ kind: 'stop', deadlineMs: 5_000, isFinal: true })
  assert.equal(await program.ended, 0, program.output())
  const left = await known()
  assert.ok(!left.includes(own), 'it is gone when the pipeline says goodbye')
  assert.deepEqual(
    kept.filter(groupId => !left.includes(groupId)),
    [],
  )
  assert.equal(await stage.committed(0), 1n, 'the real group has not moved')
  await admin.deleteGroups(kept)

  const killed = name(group, 0)
  const again = await openEditor(t, { stopAtStart: true })
  const doomed = stage.start(again, { TIDEMARK_SCRATCH_GROUP: killed })
  await again.stoppedAt('fetched')
  doomed.signal('SIGKILL')
  await doomed.ended
  await endScratchGroup(kafkajs(new Kafka({ brokers: [`${stage.environment.BROKERS}`] })), killed)
  assert.ok(!(await known()).includes(killed), 'a killed one goes with its member, which the group would wait for')
})

test('what a scratch group keeps in the store of the pipeline goes with the run; what a dead run has left goes too', async t => {
  const stage = await useLedger(t, 'transactional')
  await stage.produce(0, 'a')
  const store = sqlite(stage.database)
  const rows = async (groupId: string) => (await store.readOffsets?.(groupId))?.map(({ offset }) => offset)
  const at = (ageMs: number) => scratchGroupName(stage.group, 'debug', { nowMs: () => systemClock.nowMs() - ageMs })
  const [own, dead, young] = [at(0), at(2 * hourMs), at(0)]
  for (const groupId of [stage.group, dead, young]) {
    const open = await store.open({ groupId })
    await open.initialize({ topic: stage.topic, partition: 0, offset: 0n, topicId: undefined, metadata: undefined })
    await open.close()
  }
  const editor = await openEditor(t, { stopAtStart: true })
  const program = stage.start(editor, { TIDEMARK_SCRATCH_GROUP: own })
  await editor.stoppedAt('fetched')
  await until('the dead run is swept', async () => (await rows(dead))?.length === 0)
  editor.command({ kind: 'continue' })
  await until('the batch is committed', async () => (await rows(own))?.[0] === 1n)
  editor.command({ kind: 'stop', deadlineMs: 5_000, isFinal: true })
  assert.equal(await program.ended, 0, program.output())
  assert.deepEqual([await rows(own), await rows(stage.group), await rows(young)], [[], [0n], [0n]])
})

test('a second pipeline with the same token is told so, and runs on by itself', async t => {
  const stage = await useLedger(t, 'transactional')
  await stage.produce(0, 'a')
  const hellos: number[] = []
  const server = await listenForPipeline({
    stopAtStart: true,
    onHello: ({ pid }) => hellos.push(pid),
    onBatch: () => {},
    onPositions: () => {},
    onFaulted: () => {},
    onEnded: () => {},
    onClosed: () => {},
  })
  t.after(() => server.close())
  const environment = { TIDEMARK_CONTROL: server.path, TIDEMARK_CONTROL_TOKEN: server.token }
  const first = stage.start(undefined, environment)
  await until('the first one is attached', () => hellos.length === 1)
  const second = stage.start(undefined, { ...environment, GROUP: `${stage.group}-2`, DATABASE: `${stage.database}2` })
  await second.says(/A pipeline is attached to this debug run already/)
  assert.equal(hellos.length, 1)
  server.send({ kind: 'stop', deadlineMs: 5_000 })
  assert.equal(await first.ended, 0, first.output())
  second.signal('SIGTERM')
  assert.equal(await second.ended, 0, second.output())
})

for (const sourcemap of ['inline', 'linked'] as const)
  test(`compiled code with its source map ${sourcemap}: the handler is found in the source`, async t => {
    const stage = await useLedger(t, 'transactional')
    await stage.produce(0, 'a')
    const source = join(import.meta.dirname, 'programs/ledger.ts')
    // Beside the source, where its imports are found.
    const outfile = join(import.meta.dirname, `programs/dist/ledger-${sourcemap}.mjs`)
    await build({
      entryPoints: [source],
      outfile,
      sourcemap,
      format: 'esm',
      minifyWhitespace: true,
      logLevel: 'silent',
    })
    t.after(() => rm(outfile, { force: true }))
    t.after(() => rm(`${outfile}.map`, { force: true }))
    const editor = await openEditor(t, { stopAtStart: true })
    const program = stage.start(editor, {}, `dist/ledger-${sourcemap}.mjs`)
    await editor.stoppedAt('fetched')
    const place = await editor.handler()
    assert.equal(place?.path, source)
    assert.match(readFileSync(source, 'utf8').split('\n')[(place?.line ?? 0) - 1] ?? '', /tx\.run\(insert, id, value\)/)
    program.signal('SIGKILL')
  })
