/** Runs inside VS Code: expands the large cluster's row, as a person does. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { extensionId } from '../../../client/src/contributions.ts'
import { page } from '../../extension/driver.ts'
import { runAll, say, test } from '../../extension/suite.ts'

test('the tree of a large cluster', async t => {
  const api = await vscode.extensions.getExtension(extensionId)?.activate()
  const brokers = process.env.TIDEMARK_BENCH_BROKERS?.split(',')
  assert.ok(api && brokers)
  const added: vscode.Disposable = api.addCluster({ name: 'large', brokers })
  t.after(() => added.dispose())
  await vscode.commands.executeCommand('tidemark.clusters.focus')
  await page.wait({ selector: '.monaco-list-row', text: 'large' })
  for (let i = 0; i < 3; i++) {
    const startedMs = performance.now()
    await page.click({ selector: '.monaco-list-row', text: 'large' })
    await page.wait({ selector: '.monaco-list-row', text: 'topic-00000' })
    say(`tree painted in ${performance.now() - startedMs} ms`)
    await page.click({ selector: '.monaco-list-row', text: 'large' })
    await page.waitHidden({ selector: '.monaco-list-row', text: 'topic-00000' })
  }
})

export function run(): Promise<void> {
  return runAll()
}
