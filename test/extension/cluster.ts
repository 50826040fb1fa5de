/** The tree and the overview: what they show equals what a second client sees. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { extensionId } from '../../client/src/contributions.ts'
import { entries, writeEntries } from './connectionForm.ts'
import { page, screenshot } from './driver.ts'
import { closeAll } from './files.ts'
import { admin, makeTopic, produceOrders, shown } from './kafka.ts'
import { openGroup } from './overview.ts'
import { type TestScope, test } from './suite.ts'

const clusterRow = { name: 'local' }

test('the tree shows the cluster, its topics and groups', async t => {
  const { topic, groupId } = await workload(t)
  await vscode.commands.executeCommand('tidemark.clusters.focus')
  await vscode.commands.executeCommand('tidemark.refreshClusters')
  await page.wait({ selector: '.monaco-list-row', text: clusterRow.name })
  await page.click({ selector: '.monaco-list-row', text: clusterRow.name })
  await page.wait({ selector: '.monaco-list-row', text: 'Topics' })
  await page.wait({ selector: '.monaco-list-row', text: topic })
  await page.wait({ selector: '.monaco-list-row', text: groupId })
  assert.match(await page.text({ selector: '.monaco-list-row', text: topic }), /3 × 1/)
  assert.equal(await page.count({ selector: '.monaco-list-row', text: '__consumer_offsets' }), 0)
})

test('the overview equals a second client, partition by partition, and follows it', async t => {
  const { topic, groupId, commit } = await workload(t)
  t.after(closeAll)
  await openGroup(groupId)
  await expectRows(t, topic, groupId)

  await produceOrders(topic, [5, 0, 2])
  await commit(['30', '20', '9'])
  await page.wait({ selector: '.partition-rows [role=row]', text: '125', panel: true })
  await expectRows(t, topic, groupId)
})

test('a code lens over a pipeline shows the lag of its group', async t => {
  const { groupId } = await workload(t)
  t.after(closeAll)
  const [folder] = vscode.workspace.workspaceFolders ?? []
  assert.ok(folder)
  const uri = vscode.Uri.joinPath(folder.uri, 'lag.ts')
  const code = `import { Kafka } from 'kafkajs'
const consumer = new Kafka({ brokers: ['localhost:9092'] }).consumer({ groupId: '${groupId}' })
await consumer.subscribe({ topic: 'orders' })
await consumer.run({ eachMessage: async ({ message }) => console.log(message.offset) })
`
  await vscode.workspace.fs.writeFile(uri, Buffer.from(code))
  t.after(() => vscode.workspace.fs.delete(uri))
  await vscode.window.showTextDocument(uri)
  await page.wait({ selector: '.codelens-decoration a', text: 'lag 90' })
})

test('without a cluster the view offers the ways to one; an entry that is wrong is told instead', async t => {
  const before = entries()
  t.after(() => writeEntries(before))
  await vscode.commands.executeCommand('tidemark.clusters.focus')
  await writeEntries([])
  await page.wait({ selector: '.welcome-view-content', text: 'No Kafka yet' })
  for (const way of ['Start Local Kafka', 'Add Cluster…', 'Import from a Properties or Compose File…'])
    await page.wait({ selector: '.welcome-view-content .monaco-button', text: way })
  await screenshot('welcome-empty')
  await writeEntries([{ name: 'half' }])
  await page.wait({ selector: '.monaco-list-row', text: 'half in tidemark.clusters needs "brokers"' })
  assert.equal(await page.count({ selector: '.welcome-view-content .monaco-button' }), 0)
  await screenshot('welcome-broken')
})

test('another extension can add a cluster, and take it away again', async () => {
  const extension = vscode.extensions.getExtension<{ addCluster(entry: unknown): vscode.Disposable }>(extensionId)
  const api = await extension?.activate()
  assert.ok(api)
  assert.throws(() => api.addCluster({ name: 'broken', brokers: ['no port'] }), /host:port/)
  await vscode.commands.executeCommand('tidemark.clusters.focus')
  const added = api.addCluster({ name: 'from-elsewhere', brokers: ['127.0.0.1:1'] })
  await page.wait({ selector: '.monaco-list-row', text: 'from-elsewhere' })
  added.dispose()
  await page.waitHidden({ selector: '.monaco-list-row', text: 'from-elsewhere' })
})

test('a cluster that is down is one row that says why, and keeps no other waiting', async t => {
  const api = await vscode.extensions.getExtension(extensionId)?.activate()
  const added: vscode.Disposable = api.addCluster({ name: 'unreachable', brokers: ['127.0.0.1:1'] })
  t.after(() => added.dispose())
  await vscode.commands.executeCommand('tidemark.clusters.focus')
  await page.click({ selector: '.monaco-list-row', text: 'unreachable' })
  await page.wait({ selector: '.monaco-list-row', text: 'could be reached' })
  const [folder] = await page.texts({ selector: '.monaco-list-row', text: 'local' })
  assert.ok(folder, 'the other cluster is gone')
})

/** 170 orders on three partitions, and a group that has read some of them: 50, 20 and none. */
async function workload(t: TestScope) {
  const topic = await makeTopic(t, 'orders')
  const groupId = `${topic}-totals`
  await produceOrders(topic, [120, 40, 10])
  const client = await admin(t)
  const commit = (offsets: readonly string[]): Promise<void> =>
    client.setOffsets({ groupId, topic, partitions: offsets.map((offset, partition) => ({ partition, offset })) })
  await commit(['50', '20'])
  t.after(() => client.deleteGroups([groupId]))
  return { topic, groupId, commit }
}

async function expectRows(t: TestScope, topic: string, groupId: string): Promise<void> {
  const client = await admin(t)
  const ends = await client.fetchTopicOffsets(topic)
  const [committed] = await client.fetchOffsets({ groupId, topics: [topic] })
  for (const { partition, high } of ends) {
    const offset = committed?.partitions.find(one => one.partition === partition)?.offset ?? '-1'
    const cells = await rowOf(partition)
    const text = cells.join(' | ')
    assert.ok(cells.includes(shown(high)), `end ${high} of partition ${partition} is not in: ${text}`)
    if (offset === '-1') assert.match(text, /never/, text)
    else {
      assert.ok(cells.includes(shown(offset)), `committed ${offset} of partition ${partition} is not in: ${text}`)
      const lag = Number(high) - Number(offset)
      assert.ok(
        cells.some(cell => cell === shown(lag)),
        `lag ${lag} of partition ${partition} is not in: ${text}`,
      )
    }
  }
}

async function rowOf(partition: number): Promise<string[]> {
  const cells = await page.texts({
    selector: `.partition-rows [role=row]:has([role=gridcell]:nth-child(2)) [role=gridcell]`,
    panel: true,
  })
  const columns = cells.length / 3
  return cells.slice(partition * columns, (partition + 1) * columns).map(cell => cell.trim())
}
