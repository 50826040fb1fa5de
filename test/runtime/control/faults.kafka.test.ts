/** Every fault on the samples, on a real broker: the right one ends with nothing lost and nothing doubled; the wrong one is named. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import { until } from '../../harness/until.ts'
import { openEditor } from '../processor/editor.ts'
import { type Fault, type FaultScene, meet, rowsOf } from './faults.ts'
import { useLedger } from './ledgerStage.ts'

const samples = join(import.meta.dirname, '../../../runtime/samples/order-totals')
const orders = 6

async function order(t: TestContext, file: string): Promise<FaultScene> {
  const stage = await useLedger(t, 'transactional')
  const values = Array.from({ length: orders }, (_none, at) => ({
    id: `${at}`,
    customer: `c${at % 2}`,
    amountCents: 1,
  }))
  await stage.produce(0, ...values.map(each => JSON.stringify(each)))
  const isDone = async () => (await stage.committed(0)) === BigInt(orders)
  return { stage, environment: {}, file: join(samples, file), isDone }
}

suite('the right sample', { concurrency: 3 }, () => {
  for (const [fault, rule] of [
    ['killBeforeSave', 'rolledBack'],
    ['killBetweenSaveAndCommit', 'rolledBack'],
    ['killAfterCommit', 'committedAndDone'],
    ['loseCommitReply', 'committedAndDone'],
    ['cutConnection', 'notBegun'],
    ['secondInstance', 'notBegun'],
    ['freeze', 'notBegun'],
  ] as const satisfies readonly (readonly [Fault, string])[])
    test(`${fault}: nothing is lost and nothing doubled`, async t => {
      const scene = await order(t, 'totals-right.ts')
      const { account, faulted } = await meet(t, scene, fault)
      assert.equal(scene.stage.cents(), orders)
      assert.deepEqual([account.offsets.repeated, account.offsets.lost], [0, 0])
      assert.equal(account.rows.at(0)?.rule, rule, JSON.stringify({ account, faulted }))
    })

  test('retention: what is gone is told, not stepped over', async t => {
    const scene = await order(t, 'totals-right.ts')
    const { account, after } = await meet(t, scene, 'retention')
    assert.deepEqual(account.offsets, { repeated: 0, lost: orders, held: 0 })
    assert.equal(account.rows[0]?.rule, 'deletedByRetention')
    assert.match(after.ended?.error ?? '', /are gone/)
    assert.equal(scene.stage.cents(), 0)
  })
})

suite('the wrong sample', { concurrency: 3 }, () => {
  for (const [fault, cents, expected] of [
    ['killBeforeSave', orders, ['0-3 repeated begunBeforeCommit', '3-6 held notBegun']],
    ['killBetweenSaveAndCommit', 2 * orders, ['0-6 repeated doneBeforeCommit']],
    ['killAfterCommit', orders, ['0-6 held committedAndDone']],
    ['freeze', 2 * orders, ['0-6 repeated zombieOutputs']],
    ['loseCommitReply', orders, ['0-6 held committedAndDone']],
    ['cutConnection', orders, ['0-6 held notBegun']],
    ['secondInstance', orders, ['0-6 held notBegun']],
    ['retention', 0, ['0-6 lost deletedByRetention']],
  ] as const satisfies readonly (readonly [Fault, number, readonly string[]])[])
    test(`${fault}: ${cents > orders ? 'doubled, and the records are named' : 'told as it is'}`, async t => {
      const scene = await order(t, 'totals-wrong.ts')
      const { account, faulted } = await meet(t, scene, fault)
      assert.equal(scene.stage.cents(), cents)
      assert.deepEqual(rowsOf(account), expected, JSON.stringify(faulted))
    })
})

suite('other guarantees', { concurrency: 3 }, () => {
  for (const [guarantee, fault, values, rule] of [
    ['at-most-once', 'killBeforeSave', 'a', 'committedBeforeBegun'],
    ['at-least-once', 'killBeforeSave', 'aabcd', 'begunBeforeCommit'],
    ['at-least-once', 'loseCommitReply', 'abcd', 'committedAndDone'],
    ['idempotent', 'killBetweenSaveAndCommit', 'abcd', 'sameKeys'],
    ['kafka', 'loseCommitReply', '', 'committedAndDone'],
  ] as const)
    test(`${guarantee}, ${fault}: ${rule}`, async t => {
      const stage = await useLedger(t, guarantee)
      await stage.produce(0, 'a', 'b', 'c', 'd')
      const isDone = async () => (await stage.committed(0)) === 4n
      const { account, faulted } = await meet(t, { stage, environment: {}, isDone }, fault)
      assert.ok(
        account.rows.some(row => row.rule === rule),
        JSON.stringify({ account, faulted }),
      )
      if (guarantee !== 'kafka') assert.equal([...stage.values()].join(''), values)
    })

  test('held for longer than its session lasts, it is still in its group; one without a debugger is not', async t => {
    const stage = await useLedger(t, 'at-least-once')
    await stage.produce(0, 'a')
    const admin = new Kafka({ brokers: [`${stage.environment.BROKERS}`], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    t.after(() => admin.disconnect())
    const members = async (groupId: string) =>
      (await admin.describeGroups([groupId])).groups[0]?.members.map(({ memberId }) => memberId) ?? []
    const alone = `${stage.group}-alone`
    const editor = await openEditor(t, { stopAtStart: true })
    const programs = [
      stage.start(editor, { SESSION_MS: '6000' }),
      stage.start(undefined, { SESSION_MS: '6000', GROUP: alone }),
    ]
    await editor.stoppedAt('fetched')
    await until('both are members', async () => (await members(alone)).length === 1)
    const held = await members(stage.group)
    assert.equal(held.length, 1)
    for (const program of programs) program.signal('SIGSTOP')
    await until('the one without a debugger is given up', async () => (await members(alone)).length === 0)
    assert.deepEqual(await members(stage.group), held)
    for (const program of programs) program.signal('SIGCONT')
    editor.command({ kind: 'continue' })
    await until('the held one commits', async () => (await stage.committed(0)) === 1n)
    assert.deepEqual(await members(stage.group), held)
    for (const program of programs) program.signal('SIGKILL')
  })
})
