/** Plain kafkajs consumers, unchanged, under every fault: one commits early, one writes by key and commits after. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, suite, type TestContext, test } from 'node:test'
import { build } from 'esbuild'
import { Kafka, logLevel } from 'kafkajs'
import { preloadBundles } from '../../harness/bundle.ts'
import { tempFolder } from '../../harness/folders.ts'
import { fileScope } from '../../harness/scope.ts'
import { until } from '../../harness/until.ts'
import { openEditor } from '../processor/editor.ts'
import { type Fault, type FaultScene, meet, rowsOf } from './faults.ts'
import { useLedger } from './ledgerStage.ts'

const file = 'plainWriter.ts'
const preloaded = { NODE_OPTIONS: '--import=@tidemark/runtime/register' }
/** As the extension does it. */
const bundled = { NODE_OPTIONS: '' }
const scope = fileScope()
before(async () => {
  const outdir = await tempFolder(scope)
  for (const options of preloadBundles) await build({ ...options, outdir })
  bundled.NODE_OPTIONS = `--require "${join(outdir, 'preload.cjs')}"`
})

async function plain(
  t: TestContext,
  kind: 'early' | 'upsert',
  hook: NodeJS.ProcessEnv = preloaded,
): Promise<FaultScene> {
  const stage = await useLedger(t, 'at-least-once')
  await stage.produce(0, 'a', 'b', 'c', 'd')
  const scratch = `${stage.group}-scratch`
  const isDone = async () => (await stage.committed(0, scratch)) === 4n
  return { stage, environment: { ...hook, KIND: kind, TIDEMARK_SCRATCH_GROUP: scratch }, file, isDone }
}

suite('written by key, committed after: nothing is lost and nothing doubled', { concurrency: 3 }, () => {
  for (const fault of [
    'killBeforeSave',
    'killBetweenSaveAndCommit',
    'killAfterCommit',
    'loseCommitReply',
    'cutConnection',
    'secondInstance',
    'freeze',
  ] as const satisfies readonly Fault[])
    test(fault, async t => {
      const scene = await plain(t, 'upsert', bundled)
      const { account, faulted } = await meet(t, scene, fault)
      assert.deepEqual(scene.stage.values(), ['a', 'b', 'c', 'd'])
      assert.deepEqual([account.offsets.repeated, account.offsets.lost], [0, 0], JSON.stringify({ account, faulted }))
    })
})

suite('committed early: what breaks it is named, with the records', { concurrency: 3 }, () => {
  for (const [fault, written, expected] of [
    ['killBeforeSave', 'a', ['0-2 lost committedBeforeDone', '2-4 lost committedBeforeBegun']],
    ['killBetweenSaveAndCommit', 'abcd', ['0-4 held committedAndDone']],
    ['killAfterCommit', 'abcd', ['0-4 held committedAndDone']],
    // Frozen when it has written all: nothing is left for who goes on in its place.
    ['freeze', 'abcd', ['0-4 held committedAndDone']],
    ['loseCommitReply', 'abcd', ['0-4 held committedAndDone']],
    ['cutConnection', 'abcd', ['0-4 held notBegun']],
    ['secondInstance', 'abcd', ['0-4 held notBegun']],
    ['retention', 'e', ['0-4 lost deletedByRetention']],
  ] as const satisfies readonly (readonly [Fault, string, readonly string[]])[])
    test(fault, async t => {
      const scene = await plain(t, 'early')
      const scratch = scene.environment.TIDEMARK_SCRATCH_GROUP
      const isAllTaken = fault === 'retention'
      let hasMore = false
      const isDone = async () => {
        if (isAllTaken && !hasMore) await scene.stage.produce(0, 'e')
        hasMore = true
        return (await scene.stage.committed(0, scratch)) === (isAllTaken ? 5n : 4n)
      }
      const { account, faulted } = await meet(t, { ...scene, isDone }, fault)
      assert.equal(scene.stage.values().join(''), written)
      assert.deepEqual(rowsOf(account), expected, JSON.stringify(faulted))
    })
})

test('stands before the record that was run to, sees outputs per record, and replays from the log', async t => {
  const { stage, environment, isDone } = await plain(t, 'upsert')
  const editor = await openEditor(t, { stopAtStart: true })
  stage.start(editor, environment, file)
  const batch = await editor.stoppedAt('fetched')
  editor.command({ kind: 'runTo', target: { kind: 'match', expression: "value === 'c'" } })
  const stands = await editor.stoppedAt('processing')
  assert.deepEqual(stands.stopCause, {
    kind: 'runTo',
    record: { topic: stage.topic, partition: 0, offset: '2' },
    index: 2,
  })
  assert.deepEqual(stage.values(), ['a', 'b'])
  editor.command({ kind: 'continue' })
  await until('all is committed', isDone)
  const written = await editor.outputs({ batchId: batch.batchId, from: 0, count: 10 })
  assert.deepEqual(
    written.outputs.map(({ record, again }) => [record?.offset, again]),
    ['0', '1', '2', '3'].map(offset => [offset, 'same']),
  )
  const replay = await editor.replay({ ranges: batch.ranges, batchId: batch.batchId, mode: 'recorded' })
  assert.equal((await editor.outputs({ batchId: replay.replayId, from: 0, count: 10 })).total, 4)
  const { capabilities } = editor.hellos[0] ?? assert.fail('no hello')
  assert.deepEqual(capabilities.stepPartition, { isOffered: false, reason: 'onePartitionBatches' })
  assert.match((await editor.handler())?.path ?? '', /plainWriter\.ts$/)

  editor.command({ kind: 'runTo', target: { kind: 'throw' } })
  await stage.produce(0, 'e', 'bad f')
  const threw = await editor.stoppedAt('processing', stands)
  assert.deepEqual(
    [threw.stopCause?.kind, threw.stopCause?.record?.offset, threw.error],
    ['threw', '5', 'cannot use bad f'],
  )
})

test('retention passes the offset: what is gone is named, though kafkajs steps over it', async t => {
  const scene = await plain(t, 'upsert')
  const { topic, environment } = scene.stage
  const admin = new Kafka({ brokers: [`${environment.BROKERS}`], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  t.after(() => admin.disconnect())
  await admin.setOffsets({
    groupId: `${scene.environment.TIDEMARK_SCRATCH_GROUP}`,
    topic,
    partitions: [{ partition: 0, offset: '1' }],
  })
  let hasMore = false
  const isDone = async () => {
    if (!hasMore) await scene.stage.produce(0, 'e')
    hasMore = true
    return (await scene.stage.committed(0, scene.environment.TIDEMARK_SCRATCH_GROUP)) === 5n
  }
  const { account, after } = await meet(t, { ...scene, isDone }, 'retention')
  assert.deepEqual(scene.stage.values(), ['e'])
  assert.deepEqual(account.offsets, { repeated: 0, lost: 3, held: 0 }, JSON.stringify([account, after.positions]))
  assert.equal(account.rows[0]?.rule, 'deletedByRetention')
})

for (const kind of ['sends', 'transaction'] as const)
  test(`${kind}: what a kafkajs producer sends is seen per record, and a recorded replay holds it back`, async t => {
    const stage = await useLedger(t, 'at-least-once')
    await stage.produce(0, 'a', 'b')
    const scratch = `${stage.group}-scratch`
    const editor = await openEditor(t, { stopAtStart: true })
    const environment = { ...preloaded, KIND: kind, TIDEMARK_SCRATCH_GROUP: scratch }
    const program = stage.start(editor, environment, 'plainForwarder.ts')
    const batch = await editor.stoppedAt('fetched')
    editor.command({ kind: 'stepBatch' })
    await until('all is committed', async () => (await stage.committed(0, scratch)) === 2n)
    await until('the editor knows', () => editor.states.some(({ outcome }) => outcome === 'committed'))
    assert.equal(await stage.committed(0), undefined, 'the real group, which the code names in its transaction')
    const expected = ['0', '1'].flatMap(offset => (kind === 'sends' ? [offset, offset] : [offset]))
    const seen = async (batchId: string) =>
      (await editor.outputs({ batchId, from: 0, count: 10 })).outputs.map(({ record }) => record?.offset)
    assert.deepEqual(await seen(batch.batchId), expected)
    const { OUTPUT: topic = '' } = stage.environment
    const end = async () => (await stage.connection.logOffsets([{ topic, partition: 0 }]))[0]?.highWatermark
    const before = await end()
    const replay = await editor.replay({ ranges: batch.ranges, batchId: batch.batchId, mode: 'recorded' })
    assert.deepEqual([replay.error, await seen(replay.replayId)], [undefined, expected])
    assert.equal(await end(), before, 'nothing was sent')
    assert.equal(await stage.committed(0, scratch), 2n)
    program.signal('SIGTERM')
    assert.equal(await program.ended, 0, program.output())
  })
