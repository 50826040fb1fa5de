/** What the README shows. The same steps as a person would take; each picture waits for what it is to show. */
import * as vscode from 'vscode'
import { page, screenshot } from './driver.ts'
import { closeAll, open } from './files.ts'
import { admin, makeNamedTopic, produceOrders } from './kafka.ts'
import { openGroup } from './overview.ts'
import { runOnly, test } from './suite.ts'

const size = [1_440, 900] as const

export function run(): Promise<void> {
  return runOnly('picture:')
}

test('picture: the editor', async t => {
  t.after(closeAll)
  await page.resize(...size)
  await open('order-totals/totals-wrong.ts')
  const editor = vscode.window.activeTextEditor
  await page.wait({ selector: '.squiggly-error' })
  await page.wait({ selector: '.codelens-decoration a', text: 'Debug pipeline' })
  const line =
    editor?.document
      .getText()
      .split('\n')
      .findIndex(text => text.includes('saveProgress(batch')) ?? 0
  const at = new vscode.Position(line, 20)
  if (editor) editor.selection = new vscode.Selection(at, at)
  editor?.revealRange(new vscode.Range(line - 20, 0, line, 0), vscode.TextEditorRevealType.AtTop)
  // Asked once beforehand: the hover then offers the fixes at once.
  const range = new vscode.Range(at, at)
  await vscode.commands.executeCommand('vscode.executeCodeActionProvider', editor?.document.uri, range)
  await vscode.commands.executeCommand('editor.action.showHover')
  await page.wait({ selector: '.monaco-hover-content', text: 'reduceByKey' })
  await screenshot('editor')
})

test('picture: the overview', async t => {
  t.after(closeAll)
  await page.resize(1_600, 900)
  const topic = await makeNamedTopic(t, 'orders')
  const client = await admin(t)
  const groupId = 'order-totals'
  const commit = (groupId: string, offsets: readonly number[]): Promise<void> =>
    client.setOffsets({
      groupId,
      topic,
      partitions: offsets.map((offset, partition) => ({ partition, offset: String(offset) })),
    })
  await produceOrders(topic, [1_840, 1_720, 1_910])
  await commit(groupId, [1_480, 1_495, 1_910])
  await commit('mailer', [320, 250])
  await client.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '400' }] })
  t.after(() => client.deleteGroups([groupId, 'mailer']))
  await vscode.commands.executeCommand('tidemark.clusters.focus')
  await page.click({ selector: '.monaco-list-row', text: 'local' })
  await openGroup(groupId)
  for (const step of [1, 2, 3]) {
    await produceOrders(topic, [30 * step, 22 * step, 17 * step])
    await commit(groupId, [1_480 + 70 * step, 1_495 + 40 * step, 1_910 + 9 * step])
    await page.wait({
      selector: '.partition-rows [role=row]',
      text: (1_480 + 70 * step).toLocaleString('en-US'),
      panel: true,
    })
  }
  await page.wait({ selector: 'canvas', panel: true })
  await screenshot('overview')
})

test('picture: the batch panel', async t => {
  const topic = await makeNamedTopic(t, 'payments')
  await produceOrders(topic, [2_600, 1_900, 1_200])
  Object.assign(process.env, { TIDEMARK_TOPIC: topic, TIDEMARK_GROUP: 'order-totals' })
  t.after(async () => {
    await vscode.debug.stopDebugging()
    await closeAll()
  })
  await page.resize(...size)
  await vscode.commands.executeCommand('workbench.action.closeSidebar')
  await open('order-totals/totals-right.ts')
  await page.click({ selector: '.codelens-decoration a', text: 'Debug pipeline' })
  const stopped = { selector: '.run-state', text: 'stopped', panel: true } as const
  await page.wait(stopped)
  for (const batch of [2, 3, 4]) {
    await page.click({ selector: 'vscode-button', text: 'Step batch', panel: true })
    await page.wait({ selector: '.facts', text: `batch ${batch}`, panel: true })
    await page.wait(stopped)
  }
  for (const phase of ['processing', 'saved']) {
    await page.click({ selector: 'vscode-button', text: 'Phase', panel: true })
    await page.wait({ selector: '.track li[aria-current]', text: phase, panel: true })
    await page.wait(stopped)
  }
  await page.wait({ selector: '.record-columns [role=gridcell]', text: 'customer-', panel: true })
  await vscode.commands.executeCommand('notifications.clearAll')
  await screenshot('batch')
})
