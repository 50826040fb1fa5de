/** The story of a debug run: start, step, break, continue; every offset shown is Kafka's. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { settings } from '../../client/src/contributions.ts'
import { until } from '../harness/until.ts'
import { batchPanel, type Card, sessionEnd, trackStops } from './batchPanel.ts'
import { page, screenshot } from './driver.ts'
import { closeAll, open } from './files.ts'
import { admin } from './kafka.ts'
import { pipelineOf } from './pipeline.ts'
import { test } from './suite.ts'

const right = 'order-totals/totals-right.ts'

test('Debug pipeline: three steps, then continue; the offsets are those of Kafka', async t => {
  const { topic } = await pipelineOf(t)
  await open(right)
  await page.click({ selector: '.codelens-decoration a', text: 'Debug pipeline' })
  await batchPanel.untilStopped()

  const read = new Map<string, number>()
  for (let step = 0; step < 3; step++) {
    const cards = await batchPanel.cards()
    assert.ok(cards.length > 0, 'no ranges')
    for (const { place, from, until } of cards) {
      assert.equal(from, read.get(place) ?? 0, `batch ${step} begins where the one before ended on ${place}`)
      assert.ok(until >= from)
      read.set(place, until)
    }
    if (step === 1) {
      await page.wait({ selector: '.record-columns [role=gridcell]', text: 'customer-', panel: true })
      await screenshot('batch')
    }
    const before = await batchPanel.title()
    await page.click({ selector: 'vscode-button', text: 'Step batch', panel: true })
    if (step < 2) await batchPanel.untilOtherBatch(before)
  }
  await batchPanel.untilStopped()
  await page.click({ selector: 'vscode-button', text: 'Continue', panel: true })
  await page.wait({ selector: '.run-state', text: 'running', panel: true })

  const client = await admin(t)
  const ends = await client.fetchTopicOffsets(topic)
  await untilCards(cards => cards.every(({ place, until }) => String(until) === endOf(ends, place)))
  await batchPanel.press('Stop')
  await sessionEnd()
  await page.wait({ selector: '.run-state', text: 'ended', panel: true })
  await screenshot('batch-ended')
  const groups = (await client.listGroups()).groups.map(({ groupId }) => groupId)
  assert.ok(!groups.includes(process.env.TIDEMARK_GROUP ?? 'order-totals'), 'the real group was used')
})

test('a breakpoint in the handler holds the pipeline, and the panel says so', async t => {
  const { topic } = await pipelineOf(t)
  const document = await open(right)
  const line = document
    .getText()
    .split('\n')
    .findIndex(text => text.includes('const totals = batch'))
  assert.ok(line > 0)
  const breakpoint = new vscode.SourceBreakpoint(new vscode.Location(document.uri, new vscode.Position(line, 0)))
  vscode.debug.addBreakpoints([breakpoint])
  t.after(() => vscode.debug.removeBreakpoints([breakpoint]))
  const stops = trackStops(t)

  await vscode.commands.executeCommand('tidemark.debugPipeline', document.uri)
  await batchPanel.untilStopped()
  await page.click({ selector: 'vscode-button', text: 'Step batch', panel: true })
  assert.equal(await stops.next(), 'breakpoint')
  await page.wait({ selector: '.debug-top-stack-frame-line' })
  await page.attached({ selector: '.heard', text: `totals-right.ts:${line + 1}`, panel: true })
  await screenshot('breakpoint')
  vscode.debug.removeBreakpoints([breakpoint])
  await vscode.commands.executeCommand('workbench.action.debug.continue')
  await batchPanel.untilStopped()
  await vscode.debug.stopDebugging()
  await sessionEnd()
  const client = await admin(t)
  const scratch = `${topic}-totals.debug.`
  await until('no scratch group is left of the killed pipeline', async () => {
    const { groups } = await client.listGroups()
    return !groups.some(({ groupId }) => groupId.startsWith(scratch))
  })
})

test('on a read-only cluster a pipeline is refused, with what to do, and no group is made', async t => {
  const { topic } = await pipelineOf(t)
  const configuration = vscode.workspace.getConfiguration()
  const before = configuration.get<readonly { readonly brokers: readonly string[] }[]>(settings.clusters, [])
  t.after(() => configuration.update(settings.clusters, before, vscode.ConfigurationTarget.Global))
  const guarded = before.map(entry => ({ ...entry, readOnly: true }))
  await configuration.update(settings.clusters, guarded, vscode.ConfigurationTarget.Global)
  const document = await open(right)
  await vscode.commands.executeCommand('tidemark.debugPipeline', document.uri)
  await sessionEnd()
  await page.wait({ selector: '.state', text: 'The cluster local is read-only', panel: true })
  await page.wait({ selector: '.state', text: 'set "readOnly" of this one to false', panel: true })
  await screenshot('read-only')
  const { groups } = await (await admin(t)).listGroups()
  assert.deepEqual(
    groups.filter(({ groupId }) => groupId.startsWith(`${topic}-totals`)),
    [],
  )
})

test('a file that cannot be a pipeline ends with a message, not with a hanging panel', async t => {
  t.after(closeAll)
  await open('order-totals/order.ts')
  await vscode.commands.executeCommand('tidemark.debugPipeline', vscode.window.activeTextEditor?.document.uri)
  await sessionEnd()
  await page.wait({ selector: '.run-state', text: 'failed', panel: true })
})

function endOf(ends: readonly { partition: number; high: string }[], place: string): string | undefined {
  return ends.find(({ partition }) => place.endsWith(`/${partition}`))?.high
}

async function untilCards(isEnough: (cards: readonly Card[]) => boolean): Promise<void> {
  await until('the last ranges', async () => {
    const cards = await batchPanel.cards()
    return cards.length > 0 && isEnough(cards)
  })
}
