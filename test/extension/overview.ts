/** Opening the overview on a group, as the tree does. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { page } from './driver.ts'

export async function openGroup(groupId: string): Promise<void> {
  const known = vscode.workspace.getConfiguration().get<{ name: string; brokers: string[] }[]>('tidemark.clusters', [])
  const [cluster] = known
  assert.ok(cluster)
  const node = { ...cluster, ssl: false, sasl: undefined, isReadOnly: false, isLocal: false }
  await vscode.commands.executeCommand('tidemark.openOverview', { cluster: node, group: { groupId } })
  await page.wait({ selector: 'h1, h2', text: groupId, panel: true })
  await page.wait({ selector: '.partition-rows [role=row] [role=gridcell]', panel: true })
}
