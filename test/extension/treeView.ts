/** The tree of clusters, as tests open it. */
import * as vscode from 'vscode'
import { commands } from '../../client/src/contributions.ts'
import { page } from './driver.ts'
import type { TestScope } from './suite.ts'

export const row = (text: string) => ({ selector: '.monaco-list-row', text })

/** Opens the cluster with its topics and groups, whatever was open before; read anew, so that what was just made is there. */
export async function openLocal(t: TestScope): Promise<void> {
  await vscode.commands.executeCommand('tidemark.clusters.focus')
  await vscode.commands.executeCommand(collapseAll)
  t.after(() => vscode.commands.executeCommand(collapseAll))
  await vscode.commands.executeCommand(commands.refreshClusters)
  await openFolders()
}

export async function openFolders(): Promise<void> {
  await page.click(row('local'))
  await page.wait(row('Topics'))
  for (const folder of ['Topics', 'Groups']) {
    const closed = { selector: `.monaco-list-row[aria-expanded=false]:has-text("${folder}")` }
    if ((await page.count(closed)) > 0) await page.click(closed)
    await page.wait({ selector: `.monaco-list-row[aria-expanded=true]:has-text("${folder}")` })
  }
}

export const collapseAll = 'workbench.actions.treeView.tidemark.clusters.collapseAll'
