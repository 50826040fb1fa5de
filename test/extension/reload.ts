/** The window is reloaded: the overview comes back as it was, and goes on. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { extensionId } from '../../client/src/contributions.ts'
import { page, screenshot } from './driver.ts'
import { closeAll } from './files.ts'
import { admin, makeTopic, produceOrders } from './kafka.ts'
import { openGroup } from './overview.ts'
import { testReload } from './suite.ts'

testReload(
  'the overview is back after the window is reloaded, on the same group, and its numbers live',
  async t => {
    await closeAll()
    // Nothing else that is seen may wake the extension.
    await vscode.commands.executeCommand('workbench.action.closeSidebar')
    const topic = await makeTopic(t, 'reloaded')
    const groupId = `${topic}-totals`
    await produceOrders(topic, [120, 40, 10])
    const client = await admin(t)
    await client.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '50' }] })
    await openGroup(groupId)
    await page.wait({ selector: '.partition-rows [role=row]', text: '120', panel: true })
    return { topic, groupId }
  },
  async (t, { topic, groupId }) => {
    t.after(closeAll)
    await page.wait({ selector: 'header .title', text: 'local', panel: true })
    await page.wait({ selector: 'h1, h2', text: groupId, panel: true })
    await page.wait({ selector: '.partition-rows [role=row]', text: '120', panel: true })
    assert.equal(vscode.extensions.getExtension(extensionId)?.isActive, true)
    const tabs = vscode.window.tabGroups.all.flatMap(group => group.tabs.map(({ label }) => label))
    assert.deepEqual(tabs, ['Overview: local'])
    await produceOrders(topic, [7, 0, 0])
    await page.wait({ selector: '.partition-rows [role=row]', text: '127', panel: true })
    await screenshot('overview-reloaded')
  },
)
