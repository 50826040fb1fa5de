/** A folder that nobody has trusted: its code is analysed, and nobody is called. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import * as vscode from 'vscode'
import { commands, extensionId } from '../../client/src/contributions.ts'
import { page, screenshot } from './driver.ts'
import { event } from './events.ts'
import { runAll, type TestScope, test } from './suite.ts'

export function run(): Promise<void> {
  return runAll()
}

test('without trust code is analysed, and no view or command connects to anything', async t => {
  assert.equal(vscode.workspace.isTrusted, false, 'the window is to be a restricted one')
  const { cluster, calls } = await listeningCluster(t)
  const api = await vscode.extensions.getExtension(extensionId)?.activate()
  const added: vscode.Disposable = api.addCluster({ name: cluster.name, brokers: cluster.brokers })
  t.after(() => added.dispose())

  await vscode.commands.executeCommand('tidemark.clusters.focus')
  await page.wait({ selector: '.welcome-view-content', text: 'until this workspace is trusted' })
  await screenshot('untrusted')

  // Called by name as a menu, a key or another extension could: each is refused, and says why.
  const openings = [commands.testConnection, commands.openOverview].map(command =>
    vscode.commands.executeCommand(command, { cluster }),
  )
  await page.wait({ selector: 'body', text: 'not trusted', panel: true })

  const [folder] = vscode.workspace.workspaceFolders ?? []
  assert.ok(folder)
  const uri = vscode.Uri.joinPath(folder.uri, 'order-totals/totals-wrong.ts')
  const document = await vscode.workspace.openTextDocument(uri)
  await vscode.window.showTextDocument(document)
  await event(
    'findings in an untrusted folder',
    vscode.languages.onDidChangeDiagnostics,
    () => vscode.languages.getDiagnostics(uri).find(({ source }) => source === 'tidemark'),
    undefined,
    60_000,
  )
  const at = document.positionAt(document.getText().indexOf('groupId,') + 2)
  await vscode.commands.executeCommand('vscode.executeHoverProvider', uri, at)
  await vscode.commands.executeCommand('vscode.executeCompletionItemProvider', uri, at)
  await vscode.commands.executeCommand('notifications.clearAll')
  await Promise.all(openings)
  assert.equal(calls(), 0, 'somebody was called')
})

/** What would be a broker: it only counts who calls. */
async function listeningCluster(t: TestScope) {
  let calls = 0
  const server = createServer(socket => {
    calls++
    socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const brokers = [`127.0.0.1:${port}`]
  const cluster = { name: 'watched', brokers, ssl: false, sasl: undefined, isReadOnly: false, isLocal: false }
  return { cluster, calls: () => calls }
}
