/** A group reset from the tree: told what it does, done, undone; each time Kafka's own tool is the witness. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { until } from '../harness/until.ts'
import { page, screenshot } from './driver.ts'
import { admin, kafka, makeTopic, produceOrders, toldByKafka } from './kafka.ts'
import { openGroup } from './overview.ts'
import { type TestScope, test } from './suite.ts'
import { openLocal, row } from './treeView.ts'

const list = '.quick-input-widget:visible'
const notice = (text: string) => ({ selector: '.notifications-center .notification-list-item', text })
const listRow = (text: string) => ({ selector: `${list} .monaco-list-row`, text })

test('a group is reset with its consequences shown before, and the reset is undone', async t => {
  const { topic, groupId } = await groupOf(t)
  await openLocal(t)
  // Chosen, which opens the overview too; the menu is asked for in the tree again.
  await page.click(row(groupId))
  await page.wait({ selector: 'h1, h2', text: groupId, panel: true })
  await vscode.commands.executeCommand('tidemark.clusters.focus')
  await page.press('Shift+F10')
  // A menu ignores the mouse's button for its first 100 ms, so that the click that opened it does not choose.
  await page.hover({ selector: '.monaco-menu .action-item', text: 'Reset Offsets…' })
  await page.wait({ selector: '.monaco-menu .action-item.focused', text: 'Reset Offsets…' })
  await page.press('Enter')
  await page.click(listRow('Earliest'))
  await page.wait(listRow(`${topic}/0`))
  const rows = (await page.texts({ selector: `${list} .monaco-list-row` })).join('\n')
  assert.match(rows, /\/0\s*50 → 0\s*up to 50 records read again · next: .*customer-001/)
  assert.match(rows, /\/2\s*never committed → 0\s*nothing read again, nothing skipped · next: /)
  await screenshot('reset-consequences')
  await page.press('Enter')
  await page.wait(listRow('It can be undone.'))
  assert.deepEqual(await committed(groupId), [50, 20], 'asked, not done')
  await page.press('Enter')
  await vscode.commands.executeCommand('notifications.showList')
  await page.wait(notice('was reset in 3 partitions'))
  assert.deepEqual(await committed(groupId), [0, 0, 0])
  await page.click({ selector: '.notifications-center .monaco-button', text: 'Undo' })
  await until('the reset is undone', async () => String(await committed(groupId)) === '50,20')
  await vscode.commands.executeCommand('notifications.showList')
  await page.wait(notice('stands where it stood before'))
  await clearNotices()
})

test('a group with members is not reset, and they are named; the overview offers it beside the code', async t => {
  const { topic, groupId } = await groupOf(t)
  const consumer = kafka('busy-reader').consumer({ groupId })
  t.after(() => consumer.disconnect())
  await consumer.subscribe({ topic })
  const joined = new Promise(resolve => consumer.on(consumer.events.GROUP_JOIN, resolve))
  await consumer.run({ autoCommit: false, eachMessage: async () => {} })
  await joined
  await openGroup(groupId)
  await page.click({ selector: 'vscode-button', text: 'Reset…', panel: true })
  await page.click(listRow('Latest'))
  await vscode.commands.executeCommand('notifications.showList')
  await page.wait(notice('busy-reader'))
  await page.wait(notice('Stop them first. Nothing was changed.'))
  await screenshot('reset-refused')
  assert.deepEqual(await committed(groupId), [50, 20])
  await clearNotices()
})

async function clearNotices(): Promise<void> {
  await vscode.commands.executeCommand('notifications.clearAll')
  await vscode.commands.executeCommand('notifications.hideList')
}

/** 120, 40 and 10 records; read to 50, to 20, and not at all. */
async function groupOf(t: TestScope): Promise<{ readonly topic: string; readonly groupId: string }> {
  const topic = await makeTopic(t, 'reset')
  const groupId = `${topic}-totals`
  await produceOrders(topic, [120, 40, 10])
  const client = await admin(t)
  const partitions = [50, 20].map((offset, partition) => ({ partition, offset: String(offset) }))
  await client.setOffsets({ groupId, topic, partitions })
  t.after(() => until('the group is empty and gone', () => client.deleteGroups([groupId]).catch(() => undefined)))
  return { topic, groupId }
}

async function committed(groupId: string): Promise<number[]> {
  const told = await toldByKafka(groupId)
  return told.sort((a, b) => a.place.localeCompare(b.place)).flatMap(each => each.committed ?? [])
}
