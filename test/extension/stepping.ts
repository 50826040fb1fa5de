/**
 * The story of stepping, as one person lives it: run to, into the handler, a fault and its account, a replay with new code. In a
 * window of its own, as a person would have it: nothing that other tests have opened lies over the panel.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as vscode from 'vscode'
import { localKafkaStatus } from '../../runtime/src/localKafka/index.ts'
import { until } from '../harness/until.ts'
import { batchPanel, sessionEnd } from './batchPanel.ts'
import { page, screenshot } from './driver.ts'
import { closeAll, open } from './files.ts'
import { admin, makeTopic, produceOrders, toldByKafka } from './kafka.ts'
import { pipelineOf } from './pipeline.ts'
import { runAll, test } from './suite.ts'

const right = 'order-totals/totals-right.ts'
const storyTimeoutMs = 240_000
const ordersPerFault = [12, 12]
/** As the menu names them. The story has another one, plain kafkajs code meets the last. */
const survived = [
  'connection cut',
  'reply to the commit lost',
  'broker restarted',
  'killed between save and commit',
  'killed after the commit',
  'frozen past its session, then resumed',
  'rebalance by a second instance',
]

export async function run(): Promise<void> {
  // After the others: the JavaScript debugger keeps the environment that it saw first, and the story puts its topic there.
  await import('./starting.ts')
  return runAll()
}

test(
  'the story: run to a record, into the handler, killed before the save, replayed with new code',
  async t => {
    await pipelineOf(t)
    const document = await open(right)
    const original = document.getText()
    // The replay edits it, and those that come after run it too.
    t.after(() => writeFile(document.uri.fsPath, original))
    await vscode.commands.executeCommand('tidemark.debugPipeline', document.uri)
    await batchPanel.untilStopped()
    await vscode.commands.executeCommand('workbench.action.closeSidebar')

    await runToRecord("value.id === 'order-400'")
    await screenshot('step-run-to')
    await intoHandler(document)
    await killedBeforeSave()
    await replayedWithNewCode(document)
    await batchPanel.press('Stop')
    await sessionEnd()
  },
  { timeoutMs: storyTimeoutMs },
)

test(
  'plain kafkajs code by a package.json script, unchanged: its offsets are those of Kafka, phase by phase',
  async t => {
    const groupId = `plain-${randomBytes(3).toString('hex')}`
    const topic = await makeTopic(t, 'plain')
    await produceOrders(topic, [300])
    const cwd = await plainProject(topic, groupId)
    t.after(async () => {
      await vscode.debug.stopDebugging()
      await closeAll()
    })
    const [folder] = vscode.workspace.workspaceFolders ?? []
    await vscode.debug.startDebugging(folder, {
      type: 'tidemark',
      request: 'launch',
      name: 'plain',
      script: 'start',
      cwd,
      groupId,
    })
    await batchPanel.untilStopped()
    const [card] = await batchPanel.cards()
    assert.ok(card)
    const { place, until: end } = card
    const told = async () =>
      (await toldByKafka(`${groupId}.debug.`)).find(each => each.place === place) ?? assert.fail(`${place} is unknown`)
    for (const phase of ['processing', 'saved']) await batchPanel.phase(phase)
    assert.deepEqual(await told(), { place, committed: undefined, end }, 'nothing is committed before its phase')
    await batchPanel.press('Phase')
    await batchPanel.untilHeard('stopped after the commit')
    assert.deepEqual(await told(), { place, committed: end, end })
    await page.click({ selector: '.menu-button vscode-button', text: 'Fault here', panel: true })
    await page.wait({ selector: '.menu:not([hidden]) .menu-item', panel: true })
    await screenshot('step-faults')
    await page.press('Escape')
    const { groups } = await (await admin(t)).listGroups()
    assert.ok(!groups.some(group => group.groupId === groupId), 'the real group was used')
    await produceOrders(topic, [7])
    await batchPanel.press('Step batch')
    await batchPanel.untilHeard('stopped before the batch runs')
    const [next] = await batchPanel.cards()
    assert.deepEqual(next, { place, from: end, until: end + 7 })
    assert.deepEqual(await told(), { place, committed: end, end: end + 7 })
    await meet('retention passes the offset')
    await produceOrders(topic, [5])
    await page.wait({ selector: '.notice', text: '7 offsets lost', panel: true })
    await page.wait({ selector: '.account-rows [role=gridcell]', text: 'lost', panel: true })
    await screenshot('step-retention')
    await batchPanel.press('Stop')
    await sessionEnd()
  },
  { timeoutMs: storyTimeoutMs },
)

test(
  'every fault that it can survive, from the panel, on one run: told record by record, and each order counts once',
  async t => {
    const topic = await makeTopic(t, 'faults', 2)
    const folder = vscode.workspace.workspaceFolders?.[0] ?? assert.fail('no folder')
    const data = await mkdtemp(join(tmpdir(), 'tidemark-faults-'))
    t.after(() => rm(data, { recursive: true, force: true, maxRetries: 5 }))
    t.after(async () => {
      await vscode.debug.stopDebugging()
      await closeAll()
    })
    const database = join(data, 'totals.db')
    let sent = 0
    const produce = async () => {
      await produceOrders(topic, ordersPerFault)
      sent += centsOf(ordersPerFault)
    }
    await produce()
    await vscode.debug.startDebugging(folder, {
      type: 'tidemark',
      request: 'launch',
      name: 'faults',
      program: join(folder.uri.fsPath, right),
      groupId: `${topic}-totals`,
      env: { TIDEMARK_TOPIC: topic, TIDEMARK_GROUP: `${topic}-totals`, TIDEMARK_DATABASE: database },
    })
    for (const fault of survived) {
      await batchPanel.untilStopped()
      const [before] = (await localKafkaStatus()).nodes
      await meet(fault)
      if (fault === 'broker restarted')
        await until('the broker is another process, and serves', async () => {
          const [node] = (await localKafkaStatus()).nodes
          return node?.isServing === true && node.pid !== before?.pid
        })
      await produce()
      await batchPanel.press('Step batch')
      await page.wait({ selector: '.notice', text: `${fault}, batch`, panel: true })
      await page.wait({ selector: '.notice vscode-button', text: 'Dismiss', panel: true })
      assert.match(await page.text({ selector: '.notice', panel: true }), /nothing lost, nothing doubled/, fault)
      const cells = await page.texts({ selector: '.account-rows [role=gridcell]', panel: true })
      assert.ok(cells.some(text => /held/.test(text)) && !cells.some(text => /lost|repeated/.test(text)), fault)
      // Whoever went on in its place may have read all that there was.
      if (/^(frozen|rebalance)/.test(fault)) await produce()
      await batchPanel.untilStopped()
      if (fault === 'broker restarted') await screenshot('step-broker-restart')
      await page.click({ selector: '.notice vscode-button', text: 'Dismiss', panel: true })
    }
    await batchPanel.press('Continue')
    await until(`${sent} cents are in the totals`, async () => centsIn(database) >= sent)
    await batchPanel.press('Stop')
    await sessionEnd()
    assert.equal(centsIn(database), sent)
  },
  { timeoutMs: storyTimeoutMs },
)

/** Chosen in the panel; what cannot be taken back asks first. */
async function meet(fault: string): Promise<void> {
  await batchPanel.choose('Fault here', fault)
  if (!/^(broker|retention)/.test(fault)) return
  await page.wait({ selector: '.quick-input-list .monaco-list-row', text: 'Do It' })
  await page.press('Enter')
}

async function runToRecord(expression: string): Promise<void> {
  await batchPanel.choose('Run to', 'A record that matches')
  await page.wait({ selector: '.quick-input-widget input' })
  await page.type(expression)
  await page.press('Enter')
  // The place of the record that was run to, which the stop before the first batch does not have.
  await batchPanel.untilHeard(' @ ')
  await batchPanel.untilStopped()
}

/** The debugger holds the process in the handler, and the breakpoint that did it is gone. */
async function intoHandler(document: vscode.TextDocument): Promise<void> {
  const first = document
    .getText()
    .split('\n')
    .findIndex(text => text.includes('const totals = batch'))
  await batchPanel.press('Into handler')
  await page.wait({ selector: '.debug-top-stack-frame-line' })
  await batchPanel.untilHeard(`totals-right.ts:${first + 1}`)
  await screenshot('step-into-handler')
  await until('no breakpoint left', async () => vscode.debug.breakpoints.length === 0)
  await vscode.commands.executeCommand('workbench.action.debug.continue')
  await batchPanel.untilStopped()
}

/** The run goes on with a new process, which begins where the killed one's transaction was rolled back to. */
async function killedBeforeSave(): Promise<void> {
  const before = await batchPanel.title()
  await batchPanel.press('Step batch')
  await batchPanel.untilOtherBatch(before)
  const cards = await batchPanel.cards()
  await batchPanel.choose('Fault here', 'killed before the save')
  await page.wait({ selector: '.notice', text: 'waits for a batch', panel: true })
  await batchPanel.press('Step batch')
  await page.wait({ selector: '.notice', text: 'nothing lost, nothing doubled', panel: true })
  await page.wait({ selector: '.account-rows [role=gridcell]', text: 'held', panel: true })
  await batchPanel.untilStopped()
  await vscode.commands.executeCommand('workbench.action.closeSidebar')
  await screenshot('step-account')
  const again = await batchPanel.cards()
  for (const { place, from } of again)
    assert.equal(from, cards.find(card => card.place === place)?.from, `${place} is read again from where it was`)
}

/** The batch in the history is run again by a process with the new code; the totals differ by what the code adds. */
async function replayedWithNewCode(document: vscode.TextDocument): Promise<void> {
  const edit = new vscode.WorkspaceEdit()
  const text = document.getText()
  const call = 'addToTotal, customer, cents)'
  const from = text.indexOf(call)
  assert.ok(from > 0)
  const range = new vscode.Range(document.positionAt(from), document.positionAt(from + call.length))
  edit.replace(document.uri, range, 'addToTotal, customer, cents + 1)')
  assert.ok(await vscode.workspace.applyEdit(edit))
  await document.save()
  await page.click({ selector: '.history-bar.committed', panel: true })
  await page.click({ selector: '.quick-input-list .monaco-list-row', text: 'Replay' })
  await vscode.commands.executeCommand('workbench.action.closeSidebar')
  await page.wait({ selector: '.replay-columns', text: '≠', panel: true })
  await page.wait({ selector: '.replay .summary', text: 'rolled back', panel: true })
  await screenshot('step-replay')
}

async function plainProject(topic: string, groupId: string): Promise<string> {
  const [folder] = vscode.workspace.workspaceFolders ?? []
  assert.ok(folder)
  const cwd = join(folder.uri.fsPath, 'plain')
  await mkdir(cwd, { recursive: true })
  await writeFile(
    join(cwd, 'package.json'),
    JSON.stringify({ type: 'module', scripts: { start: 'node consumer.mjs' } }),
  )
  await writeFile(
    join(cwd, 'consumer.mjs'),
    `import { Kafka, logLevel } from 'kafkajs'
const kafka = new Kafka({ brokers: process.env.TIDEMARK_BROKERS.split(','), logLevel: logLevel.NOTHING })
const consumer = kafka.consumer({ groupId: '${groupId}' })
await consumer.connect()
await consumer.subscribe({ topics: ['${topic}'], fromBeginning: true })
let cents = 0
await consumer.run({ eachMessage: async ({ message }) => { cents += JSON.parse(String(message.value)).amountCents } })
`,
  )
  return cwd
}

function centsOf(counts: readonly number[]): number {
  const orders = counts.reduce((sum, count) => sum + count, 0)
  return orders * 100 + (orders * (orders + 1)) / 2
}

function centsIn(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  try {
    return Number(database.prepare('select sum(cents) as cents from totals').get()?.cents)
  } finally {
    database.close()
  }
}
