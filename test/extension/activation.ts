/** Nothing runs until it is needed. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { commands, extensionId } from '../../client/src/contributions.ts'
import { test } from './suite.ts'

test('the extension is there and was not woken by the window', () => {
  const extension = vscode.extensions.getExtension(extensionId)
  assert.ok(extension, 'not installed')
  assert.equal(extension.isActive, false)
})

test('activation registers every command and takes next to no time', async () => {
  const startedAt = performance.now()
  await vscode.extensions.getExtension(extensionId)?.activate()
  const tookMs = performance.now() - startedAt
  const known = await vscode.commands.getCommands(true)
  assert.deepEqual(
    Object.values(commands).filter(id => !known.includes(id)),
    [],
  )
  // Loading and wiring only. The bound is wide: machines that run tests are busy.
  assert.ok(tookMs < 10_000, `activation took ${tookMs} ms`)
})
