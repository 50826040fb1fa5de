/** From a group to the debugger: by the tree and by the overview, for pipelines in files that nobody has opened. */
import assert from 'node:assert/strict'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as vscode from 'vscode'
import { commands } from '../../client/src/contributions.ts'
import { batchPanel, sessionEnd } from './batchPanel.ts'
import { page, screenshot } from './driver.ts'
import { closeAll } from './files.ts'
import { admin, makeTopic, produceOrders } from './kafka.ts'
import { openGroup } from './overview.ts'
import { type TestScope, test } from './suite.ts'
import { openLocal, row } from './treeView.ts'

test('Debug Pipeline on a group of the tree starts the one pipeline that nobody has opened', async t => {
  const { groupId } = await unopened(t, ['alone.ts'])
  await openLocal(t)
  await page.click(row(groupId))
  await closeAll()
  await page.press('Shift+F10')
  // A menu ignores the mouse's button for its first 100 ms, so that the click that opened it does not choose.
  await page.hover({ selector: '.monaco-menu .action-item', text: 'Debug Pipeline' })
  await page.wait({ selector: '.monaco-menu .action-item.focused', text: 'Debug Pipeline' })
  await screenshot('tree-menu')
  await page.press('Enter')
  await batchPanel.untilStopped()
  await page.wait({ selector: '.tabs-container', text: 'Batches: alone.ts' })
  await screenshot('tree-debug')
  assert.equal(vscode.window.activeTextEditor, undefined, 'its file is not opened for it')
})

test('Debug pipeline in the overview asks which, where several use the group', async t => {
  const { groupId } = await unopened(t, ['one.ts', 'two.ts'])
  await openGroup(groupId)
  await page.click({ selector: '.shown-group vscode-button', text: 'Debug', panel: true })
  await page.wait({ selector: '.quick-input-widget:visible .monaco-list-row', text: 'one.ts' })
  await screenshot('overview-debug')
  await page.click({ selector: '.quick-input-widget:visible .monaco-list-row', text: 'two.ts' })
  await page.wait({ selector: '.tabs-container', text: 'Batches: two.ts' })
  await batchPanel.untilStopped()
})

/** Pipelines on the disk that read with one group, which stands before its last records. */
async function unopened(t: TestScope, names: readonly string[]): Promise<{ groupId: string }> {
  const [root] = vscode.workspace.workspaceFolders ?? []
  assert.ok(root)
  const topic = await makeTopic(t, 'unopened', 1)
  const groupId = `${topic}-readers`
  await produceOrders(topic, [6])
  const client = await admin(t)
  await client.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '2' }] })
  const folder = join(root.uri.fsPath, 'unopened')
  mkdirSync(folder, { recursive: true })
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of names)
    await vscode.workspace.fs.writeFile(vscode.Uri.file(join(folder, name)), Buffer.from(pipeline(topic, groupId)))
  // What a server finds that starts now.
  await vscode.commands.executeCommand(commands.restartServer)
  t.after(async () => {
    await vscode.debug.stopDebugging()
    await sessionEnd()
    await closeAll()
    await client.deleteGroups([groupId])
  })
  return { groupId }
}

function pipeline(topic: string, groupId: string): string {
  return `import { atLeastOnce, createProcessor, text } from '@tidemark/runtime'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { Kafka } from 'kafkajs'
const processor = createProcessor({
  client: kafkajs(new Kafka({ brokers: (process.env.TIDEMARK_BROKERS ?? 'localhost:9092').split(',') })),
  groupId: '${groupId}',
  topics: ['${topic}'],
  value: text,
  guarantee: atLeastOnce(),
})
processor.foreachBatch(async batch => console.log(batch.offsetRanges))
await processor.run()
`
}
