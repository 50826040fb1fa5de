/** Stepping in a terminal, on a real broker: what the batch panel shows, in lines, by a script as over SSH. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import { tempFolder } from '../../harness/folders.ts'
import { type LedgerStage, useLedger } from '../control/ledgerStage.ts'
import { type Ran, tidemark } from './recordingTerminal.ts'

const samples = join(import.meta.dirname, '../../../runtime/samples/order-totals')
const customers = ['a', 'b', 'a']

async function step(
  t: TestContext,
  file: string,
  commands: string,
  ...flags: string[]
): Promise<{ stage: LedgerStage; ran: Ran }> {
  const stage = await useLedger(t, 'transactional')
  const orders = customers.map((customer, id) => ({ id: String(id), customer, amountCents: 1 }))
  await stage.produce(0, ...orders.map(order => JSON.stringify(order)))
  const script = join(await tempFolder(t), 'script')
  await writeFile(script, commands)
  const ran = await tidemark(['step', ...flags, '--script', script, resolve(samples, file)], {
    ...process.env,
    ...stage.environment,
  })
  return { stage, ran }
}

test('phases, records, outputs, and a fault that the right sample survives', async t => {
  const commands = ['handler', 'records 0 2', 'phase', 'phase', 'outputs', 'fault killBetweenSaveAndCommit', 'quit']
  const { stage, ran } = await step(t, 'totals-right.ts', commands.join('\n'))
  assert.equal(ran.code, 0, ran.errors)
  assert.match(ran.out, /totals-right\.ts: transactional exactly-once, .* \(scratch: the real group does not move\)/)
  assert.match(ran.out, /totals-right\.ts:\d+:\d+\n/, 'where the handler begins')
  assert.match(ran.out, new RegExp(`${stage.topic}/0 1 .*"customer":"b".*\\n2 of 3 records`))
  assert.match(ran.out, /\[saved\] batch \S+: 3 records, 2 outputs/)
  assert.match(ran.out, /\[a, 2\] {2}1 rows, in the transaction/)
  assert.match(ran.out, /After killBetweenSaveAndCommit in phase saved of batch \S+: 0 repeated, 0 lost, 3 held/)
  assert.equal(stage.cents(), customers.length, 'the stop lets the batch that stands finish: once')
  assert.equal(await stage.committed(0), undefined, 'the real group has not moved')
})

test('the same fault on the wrong sample: what was doubled is named', async t => {
  const commands = ['phase', 'phase', 'fault killBetweenSaveAndCommit', 'quit']
  const { stage, ran } = await step(t, 'totals-wrong.ts', commands.join('\n'))
  assert.equal(ran.code, 0, ran.errors)
  assert.match(ran.out, /: 3 repeated, 0 lost, 0 held\n {2}repeated {1,}\S+\/0 0\.\.3/)
  assert.equal(stage.cents(), 2 * customers.length, 'and twice here')
})

test('run to a record by match, offset and time, on the real group where that is asked for', async t => {
  const commands = ["to match value.id === '1'", 'status', `to time ${new Date().toISOString()}`, 'quit']
  const { stage, ran } = await step(t, 'totals-right.ts', commands.join('\n'), '--use-real-group')
  assert.equal(ran.code, 0, ran.errors)
  assert.match(ran.out, new RegExp(`group ${stage.group}\\n`), 'no word of a scratch group')
  assert.match(ran.out, new RegExp(`at ${stage.topic}/0 1, record \\d of the batch`))
})

test('a batch of two partitions, one after the other', async t => {
  const stage = await useLedger(t, 'transactional', { partitions: 2 })
  const order = (id: string) => JSON.stringify({ id, customer: 'a', amountCents: 1 })
  await stage.produce(0, order('1'), order('2'))
  await stage.produce(1, order('3'))
  const script = join(await tempFolder(t), 'script')
  await writeFile(script, 'partition\nrecords\nquit\n')
  const flags = ['--use-real-group', '--script', script]
  const ran = await tidemark(['step', ...flags, resolve(samples, 'totals-right.ts')], {
    ...process.env,
    ...stage.environment,
  })
  assert.equal(ran.code, 0, ran.errors)
  const { topic } = stage
  assert.match(ran.out, new RegExp(`: 3 records\n  ${topic}/0 0\\.\\.2\n  ${topic}/1 0\\.\\.1\n`), 'both at first')
  assert.match(ran.out, new RegExp(`: 1 records\n  ${topic}/1 0\\.\\.1\n`), 'then the second alone')
  assert.match(ran.out, /"id":"3".*\n1 of 1 records/)
  assert.equal(stage.cents(), 3, 'each once')
})

test('on a read-only cluster a pipeline is refused before it has joined, committed or copied anything', async t => {
  const stage = await useLedger(t, 'transactional')
  await stage.produce(0, JSON.stringify({ id: '1', customer: 'a', amountCents: 1 }))
  const script = join(await tempFolder(t), 'script')
  await writeFile(script, 'batch\nquit\n')
  const brokers = stage.environment.TIDEMARK_BROKERS
  const environment = { ...process.env, ...stage.environment, TIDEMARK_READ_ONLY: `elsewhere:9092, ${brokers}` }
  for (const flags of [['--scratch', `${stage.group}-scratch`], ['--use-real-group']]) {
    const ran = await tidemark(['step', ...flags, '--script', script, resolve(samples, 'totals-right.ts')], environment)
    assert.equal(ran.code, 1, ran.out)
    assert.match(
      ran.out,
      /The cluster \S+, \S+ is read-only: Tidemark does not debug a pipeline on it\. Set 'readOnly' to false/,
    )
  }
  const groups = (await stage.connection.debug?.groups()) ?? assert.fail('groups cannot be listed')
  assert.deepEqual(
    groups.filter(({ groupId }) => groupId.startsWith(stage.group)),
    [],
  )
  assert.equal(stage.cents(), 0)
})

test('what a terminal would obey is not passed on', async t => {
  const file = join(import.meta.dirname, '../control/programs/talkative.ts')
  const { stage, ran } = await step(t, file, 'phase\nquit\n', '--use-real-group')
  assert.equal(ran.code, 0, ran.errors)
  assert.match(ran.out, / {2}\| red {2,3}txet end\n/)
  assert.match(ran.out, / {2}\| .*and heretoo\n/)
  assert.doesNotMatch(ran.out.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}]/u)
  assert.deepEqual(
    stage.values(),
    customers.map((customer, id) => JSON.stringify({ id: String(id), customer, amountCents: 1 })),
  )
})

test('a word that is no command ends the script with a hint, and the pipeline with it', async t => {
  const { ran } = await step(t, 'totals-right.ts', 'status\nnonsense\nbatch\n')
  assert.equal(ran.code, 2)
  assert.match(ran.errors, /'nonsense' is no command of step\.\n'tidemark step --help'/)
})

test('a file that is not there, and no file', async () => {
  const missing = await tidemark(['step', 'nowhere.ts'])
  assert.equal(missing.code, 2)
  assert.match(missing.errors, /there is no file 'nowhere\.ts'/)
  assert.match((await tidemark(['step'])).errors, /step needs a FILE/)
})
