/** The tree's rows: what lies under topics and groups equals what a second client sees, and follows it while it is looked at. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { commands } from '../../client/src/contributions.ts'
import { page, screenshot } from './driver.ts'
import { closeAll } from './files.ts'
import { admin, kafka, makeTopic, produceOrders } from './kafka.ts'
import { type TestScope, test } from './suite.ts'
import { collapseAll, openFolders, openLocal, row } from './treeView.ts'

const twistie = (text: string) => ({ selector: `.monaco-list-row:has-text("${text}") .monaco-tl-twistie` })

test('a topic opens into its configuration and partitions, a group into its members and what they read', async t => {
  t.after(closeAll)
  const { topic, groupId } = await workload(t)
  await openLocal(t)
  await page.click(row(topic))
  await page.wait(row('leader 1 · in sync 1 of 1'))
  const rows = await page.texts({ selector: '.monaco-list-row', text: 'last stable' })
  assert.deepEqual(
    rows.map(text => /^\d(\d+ to \d+, last stable \d+)/.exec(text)?.[1]),
    ['0 to 120, last stable 120', '0 to 40, last stable 40'],
  )
  await page.click(row('Configuration'))
  await page.wait(row('retention.ms'))
  const [set] = await page.texts(row('max.message.bytes'))
  assert.match(set ?? '', /700000$/, 'set on the topic, and told first')
  // Closed again: rows that are scrolled out of sight are not there for the page.
  await page.click(row('Configuration'))
  await page.waitHidden(row('retention.ms'))

  await page.click(twistie(groupId))
  await page.wait(row('witness-reader'))
  await page.wait(row('1 member · lag 110'))
  await page.click(row('witness-reader'))
  await page.wait(row(`${topic}/1`))
  await screenshot('tree')

  // Followed while it is looked at, without a word of ours.
  await produceOrders(topic, [5, 0])
  await page.wait(row('0 to 125, last stable 125'))
  await page.wait(row('lag 115'))
  await vscode.commands.executeCommand(collapseAll)
  await openFolders()
  await page.wait(row(await makeTopic(t, 'newcomer', 1)))
})

test('favourites stand on top, over a filter too; a filter says so and can be taken away where nothing is left', async t => {
  const { topic, groupId } = await workload(t)
  await openLocal(t)
  const cluster = clusterNode()
  const star = { cluster, topic: { topic } }
  await page.hover(row(topic))
  await page.click({ selector: `.monaco-list-row:has-text("${topic}") .codicon-star-empty` })
  t.after(() => vscode.commands.executeCommand(commands.removeFavourite, star))
  await page.wait(row('Favourites'))
  const order = await page.texts({ selector: '.monaco-list-row' })
  const at = (text: string): number => order.findIndex(line => line.includes(text))
  assert.ok(at('Favourites') < at('Brokers') && at(topic) === at('Favourites') + 1, order.join('\n'))

  const asking = vscode.commands.executeCommand(commands.filterClusters)
  await page.fill({ selector: '.quick-input-widget:visible input.input' }, 'nothing-is-called-that')
  await page.press('Enter')
  await asking
  await page.waitHidden(row(groupId))
  await page.wait({ selector: '.tree-explorer-viewlet-tree-view .message', text: 'nothing-is-called-that' })
  await page.wait(row(topic))
  await screenshot('tree-filtered')
  await page.click(row('click to show all'))
  await page.wait(row(groupId))
  await vscode.commands.executeCommand(commands.removeFavourite, star)
  await page.waitHidden(row('Favourites'))
})

function clusterNode() {
  const [entry] = vscode.workspace
    .getConfiguration()
    .get<{ name: string; brokers: string[] }[]>('tidemark.clusters', [])
  assert.ok(entry)
  return { ...entry, ssl: false, sasl: undefined, isReadOnly: false, isLocal: false }
}

/** Two partitions, read by a live member that stands 50 and 0 into them and stays there. */
async function workload(t: TestScope) {
  const topic = await makeTopic(t, 'orders', 2)
  const groupId = `${topic}-readers`
  await produceOrders(topic, [120, 40])
  const client = await admin(t)
  await client.alterConfigs({
    validateOnly: false,
    resources: [{ type: 2, name: topic, configEntries: [{ name: 'max.message.bytes', value: '700000' }] }],
  })
  const partitions = [50, 0].map((offset, partition) => ({ partition, offset: String(offset) }))
  await client.setOffsets({ groupId, topic, partitions })
  const consumer = kafka('witness-reader').consumer({ groupId })
  await consumer.connect()
  await consumer.subscribe({ topic })
  await new Promise<void>((joined, failed) => {
    consumer.on(consumer.events.GROUP_JOIN, () => joined())
    consumer.on(consumer.events.CRASH, ({ payload }) => failed(payload.error))
    // Reads, and commits nothing.
    consumer.run({ autoCommit: false, eachMessage: async () => undefined }).catch(failed)
  })
  t.after(async () => {
    await consumer.disconnect()
    await client.deleteGroups([groupId])
  })
  return { topic, groupId }
}
