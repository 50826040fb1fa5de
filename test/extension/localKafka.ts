/** The local Kafka from the command palette: it runs, says where, and ends. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { commands } from '../../client/src/contributions.ts'
import { localKafkaStatus, stopLocalKafka } from '../../runtime/src/localKafka/index.ts'
import { page } from './driver.ts'
import { test } from './suite.ts'

test('the commands start a local Kafka that answers, and stop it', async t => {
  t.after(async () => void (await stopLocalKafka({ isDataRemoved: true })))
  await vscode.commands.executeCommand(commands.startLocalKafka)
  const running = await localKafkaStatus()
  assert.equal(running.state, 'running')
  const [node] = running.nodes
  assert.ok(node?.isServing)
  // A toast goes by itself after some seconds; the list keeps what was said.
  await vscode.commands.executeCommand('notifications.showList')
  await page.wait({ selector: '.notifications-center .notification-list-item', text: node.address })
  await vscode.commands.executeCommand('notifications.clearAll')

  await vscode.commands.executeCommand(commands.stopLocalKafka)
  const stopped = await localKafkaStatus()
  assert.deepEqual(
    stopped.nodes.filter(({ isRunning }) => isRunning),
    [],
  )
})
