/** Idempotent processing whose output knows batches only by their id: what the id means must never change, whoever reruns it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createProcessor, idempotent, type TraceEvent, text } from '../../../runtime/src/index.ts'
import { type Random, seededRandom } from '../../../runtime/src/random.ts'
import { sqlite } from '../../../runtime/src/stores/sqlite.ts'
import { FakeKafka } from '../../../runtime/src/testing/index.ts'
import { tempFolder } from '../../harness/folders.ts'
import { until } from '../../harness/until.ts'
import { numbered, recorder } from './stage.ts'

const groupId = 'g'

/** An output that keeps one entry a batch, as a file named by the batch's id would be. */
class Output {
  readonly files = new Map<string, readonly string[]>()
  /** Every write of a batch that was there already with other contents. */
  readonly changed: string[] = []

  write(batchId: string, values: readonly string[]): void {
    const before = this.files.get(batchId)
    if (before && before.join() !== values.join()) this.changed.push(`${batchId}: [${before}], then [${values}]`)
    this.files.set(batchId, values)
  }

  get values(): string[] {
    return [...this.files.values()].flat()
  }
}

async function useParts(t: TestContext, partitions: number) {
  const fake = new FakeKafka()
  fake.createTopic('orders', partitions)
  const path = join(await tempFolder(t), 'offsets.db')
  return { t, fake, store: () => sqlite(path, { synchronous: 'off' }), output: new Output() }
}

type Parts = Awaited<ReturnType<typeof useParts>>

/** @param dies asked after each write: whether the process ends right there, its batch frozen, written and not committed. */
function start({ t, fake, store, output }: Parts, dies: () => boolean, trace: (event: TraceEvent) => void) {
  const processor = createProcessor({
    client: fake.client(),
    groupId,
    topics: ['orders'],
    value: text,
    handleSignals: false,
    guarantee: idempotent(store()),
    maxRecordsPerBatch: 12,
    retry: { attemptsMax: 1 },
    trace,
  }).foreachBatch(async (batch, { batchId }) => {
    await new Promise(setImmediate)
    output.write(batchId, batch.map(record => record.value).collect())
    await new Promise(setImmediate)
    if (dies()) throw new Error('died')
  })
  t.after(() => processor.stop())
  return {
    processor,
    ended: processor.run().then(
      () => 'ended',
      () => 'died',
    ),
  }
}

test('a batch over two partitions whose owner died is rerun whole by the owner of one of them', async t => {
  const parts = await useParts(t, 2)
  const { fake, output, store } = parts
  for (const partition of [0, 1]) fake.produce('orders', numbered(`p${partition}-`, 3), partition)
  assert.equal(await start(parts, () => true, recorder().trace).ended, 'died')
  assert.equal(output.files.size, 1)

  const idle = { onAssigned: async () => {}, onRevoked: async () => {}, onLost: () => {}, onError: () => {} }
  const times = { sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000, heartbeatIntervalMs: 1_000 }
  const other = await fake.group(groupId).join({ groupId, topics: ['orders'], ...times, ...idle })
  const { events, trace } = recorder()
  const survivor = start(parts, () => false, trace)
  await until('the batch is committed', () => events.some(event => event.kind === 'batchCommitted'))
  assert.equal(other.assignment.length, 1, 'the other partition is not ours')
  const open = await store().open({ groupId })
  t.after(() => open.close())
  const both = [0, 1].map(partition => ({ topic: 'orders', partition }))
  assert.deepEqual(
    (await open.read(both)).map(each => each.offset),
    [3n, 3n],
  )
  await other.leave()
  fake.produce('orders', ['next'], 0)
  fake.produce('orders', ['next'], 1)
  await until('both partitions go on', () => output.values.length === 8)
  await survivor.processor.stop()
  assert.deepEqual(output.changed, [])
})

test('each batch keeps its records under its id through deaths, restarts and rebalances, for many seeds', async t => {
  for (let seed = 1; seed <= 6; seed++) {
    const parts = await useParts(t, 4)
    const random = seededRandom(seed)
    const expected: string[] = []
    let isCalm = false
    const dies = () => !isCalm && random.next() < 0.15
    const running = new Set<ReturnType<typeof start>>()
    const add = () => {
      const started = start(parts, dies, recorder().trace)
      running.add(started)
      void started.ended.then(() => running.delete(started))
    }
    for (let step = 0; step < 30; step++) {
      const values = numbered(`s${step}-`, random.integer(12))
      expected.push(...values)
      parts.fake.produce('orders', values, random.integer(4))
      while (running.size < 1 + random.integer(3)) add()
      if (random.next() < 0.2) await oneOf(running, random)?.processor.stop()
      for (let turn = 0; turn < random.integer(12); turn++) await new Promise(setImmediate)
    }
    isCalm = true
    add()
    const found = () => parts.output.values.length
    await until(
      `every value is there (seed ${seed}: ${found()} of ${expected.length})`,
      () => found() >= expected.length,
    )
    for (const { processor, ended } of [...running]) {
      await processor.stop()
      await ended
    }
    assert.deepEqual(parts.output.changed, [], `seed ${seed}`)
    assert.deepEqual(parts.output.values.sort(), expected.sort(), `seed ${seed}`)
  }
})

function oneOf<T>(all: ReadonlySet<T>, random: Random): T | undefined {
  return all.size > 0 ? [...all][random.integer(all.size)] : undefined
}
