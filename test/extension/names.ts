/** From code to cluster and back: hovers, completions and jumps on names of topics and groups. */
import assert from 'node:assert/strict'
import { basename } from 'node:path'
import * as vscode from 'vscode'
import { commands } from '../../client/src/contributions.ts'
import { page, screenshot } from './driver.ts'
import { closeAll } from './files.ts'
import { admin, makeTopic, produceOrders } from './kafka.ts'
import { type TestScope, test } from './suite.ts'

test('a hover on a topic or a group tells its partitions and the live lag', async t => {
  const { topic, groupId, uri } = await workload(t)
  const document = await show(uri)
  const ofTopic = await hover(document, `'${topic}'`)
  assert.match(ofTopic, /3 partitions · 1 replica each/)
  assert.match(ofTopic, /\| 0 \| 1 \| 1\/1 \| 0 \| 120 \| 120 \| 70 \|/)
  assert.match(ofTopic, /\| 2 \| 1 \| 1\/1 \| 0 \| 10 \| 10 \| never committed \|/)
  const ofGroup = await hover(document, `'${groupId}'`)
  assert.match(ofGroup, /\*\*lag 90\*\*/)
  assert.match(ofGroup, /\/1 \| 20 \| 40 \| 20 \|/)
  assert.match(await hover(document, "'no-such-topic'"), /There is no topic/)
  assert.doesNotMatch(await hover(document, "'shop'"), /Topic|Group/)

  await produceOrders(topic, [5, 0, 0])
  assert.match(await hover(document, `'${topic}'`), /\| 0 \| 1 \| 1\/1 \| 0 \| 125 \| 125 \| 75 \|/)

  await place(document, `'${topic}'`)
  await vscode.commands.executeCommand('editor.action.showHover')
  await page.wait({ selector: '.monaco-hover-content', text: '3 partitions' })
  await screenshot('hover-topic')
})

test('names of topics and groups are completed where one is written', async t => {
  const { topic, groupId, uri } = await workload(t)
  const document = await show(uri)
  const topics = await completions(document, "topic: '")
  assert.ok(topics.includes(topic), topics.join())
  assert.ok(!topics.includes(groupId))
  const groups = await completions(document, "groupId: '")
  assert.ok(groups.includes(groupId), groups.join())
  assert.ok(!groups.includes(topic))
  assert.ok(!(await completions(document, "clientId: '")).includes(topic))

  await place(document, "topic: ''", "topic: '".length)
  await vscode.commands.executeCommand('editor.action.triggerSuggest')
  await page.wait({ selector: '.suggest-widget .monaco-list-row', text: topic })
  await screenshot('completion-topic')
  await vscode.commands.executeCommand('acceptSelectedSuggestion')
})

test('from a group to all pipelines of the workspace that use it, opened or not', async t => {
  const { groupId, uri } = await workload(t)
  const second = await write(t, 'second.ts', pipelineOf('others', groupId))
  // Both are on the disk, and no editor has opened them: what a server finds that starts now.
  await vscode.commands.executeCommand(commands.restartServer)
  await vscode.commands.executeCommand(commands.openPipeline, { group: { groupId } })
  await page.wait({ selector: '.peekview-widget' })
  for (const one of [uri, second])
    await page.wait({ selector: '.peekview-widget .monaco-list-row', text: basename(one.path) })
  await screenshot('jump-to-pipelines')
  await page.press('Escape')
  await vscode.workspace.fs.delete(second)
})

async function workload(t: TestScope) {
  const topic = await makeTopic(t, 'orders')
  const groupId = `${topic}-totals`
  await produceOrders(topic, [120, 40, 10])
  const client = await admin(t)
  const partitions = [50, 20].map((offset, partition) => ({ partition, offset: String(offset) }))
  await client.setOffsets({ groupId, topic, partitions })
  t.after(() => client.deleteGroups([groupId]))
  // A file of its own: of one that was just deleted VS Code may still hold the text.
  return { topic, groupId, uri: await write(t, `${topic}.ts`, pipelineOf(topic, groupId)) }
}

function pipelineOf(topic: string, groupId: string): string {
  return `import { Kafka } from 'kafkajs'
const kafka = new Kafka({ clientId: 'shop', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: '${groupId}' })
await consumer.subscribe({ topic: '${topic}' })
await consumer.run({ eachMessage: async ({ message }) => console.log(message.offset) })
await kafka.producer().send({ topic: '', messages: [] })
await kafka.producer().send({ topic: 'no-such-topic', messages: [] })
`
}

async function write(t: TestScope, name: string, code: string): Promise<vscode.Uri> {
  const [folder] = vscode.workspace.workspaceFolders ?? []
  assert.ok(folder)
  const uri = vscode.Uri.joinPath(folder.uri, name)
  await vscode.workspace.fs.writeFile(uri, Buffer.from(code))
  t.after(async () => {
    await closeAll()
    await vscode.workspace.fs.delete(uri).then(undefined, () => undefined)
  })
  return uri
}

/** Shown, and looked at by the server: its own lens is there. */
async function show(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(uri)
  await vscode.window.showTextDocument(document)
  await page.wait({ selector: '.codelens-decoration a', text: 'lag 90' })
  return document
}

async function hover(document: vscode.TextDocument, words: string): Promise<string> {
  const at = document.positionAt(document.getText().indexOf(words) + 2)
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, at)
  return hovers
    .flatMap(({ contents }) => contents)
    .map(content => (typeof content === 'string' ? content : content.value))
    .join('\n')
}

async function completions(document: vscode.TextDocument, before: string): Promise<string[]> {
  const text = document.getText()
  // The empty one, where there are several.
  const start = text.includes(`${before}'`) ? text.indexOf(`${before}'`) : text.indexOf(before)
  const at = document.positionAt(start + before.length)
  const list = await vscode.commands.executeCommand<vscode.CompletionList>(
    'vscode.executeCompletionItemProvider',
    document.uri,
    at,
  )
  return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label))
}

async function place(document: vscode.TextDocument, words: string, by = 2): Promise<void> {
  const at = document.positionAt(document.getText().indexOf(words) + by)
  const editor = await vscode.window.showTextDocument(document)
  editor.selection = new vscode.Selection(at, at)
}
