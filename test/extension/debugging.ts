/** The story of a debug run: start, step, break, continue; every offset shown is Kafka's. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { batchPanel, type Card, sessionEnd, trackStops } from './batchPanel.ts'
import { page, screenshot } from './driver.ts'
import { closeAll, open } from './editor.ts'
import { until } from './events.ts'
import { admin, makeTopic, produceOrders } from './kafka.ts'
import { type TestScope, test } from './suite.ts'

const right = 'order-totals/totals-right.ts'
const perPartition = [1_800, 1_200, 500]

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
  await pipelineOf(t)
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
})

test('a file that cannot be a pipeline ends with a message, not with a hanging panel', async t => {
  t.after(closeAll)
  t.after(async () => {
    for (const cleanUp of afterAll) await cleanUp()
  })
  await open('order-totals/order.ts')
  await vscode.commands.executeCommand('tidemark.debugPipeline', vscode.window.activeTextEditor?.document.uri)
  await sessionEnd()
  await page.wait({ selector: '.run-state', text: 'failed', panel: true })
})

let prepared: Promise<string> | undefined
const afterAll: (() => unknown)[] = []

/**
 * A topic with orders, and the environment by which the sample finds it: one for all runs, since the JavaScript debugger
 * keeps the environment that it saw first. Each run begins at its start, on a scratch group of its own.
 */
export async function pipelineOf(t: TestScope): Promise<{ topic: string }> {
  prepared ??= prepare()
  t.after(async () => {
    await vscode.debug.stopDebugging()
    await closeAll()
  })
  return { topic: await prepared }
}

async function prepare(): Promise<string> {
  const topic = await makeTopic({ after: cleanUp => afterAll.unshift(cleanUp) }, 'orders')
  await produceOrders(topic, perPartition)
  process.env.TIDEMARK_TOPIC = topic
  process.env.TIDEMARK_GROUP = `${topic}-totals`
  return topic
}

function endOf(ends: readonly { partition: number; high: string }[], place: string): string | undefined {
  return ends.find(({ partition }) => place.endsWith(`/${partition}`))?.high
}

function untilCards(isEnough: (cards: readonly Card[]) => boolean): Promise<void> {
  return until('the last ranges', async () => {
    const cards = await batchPanel.cards()
    return cards.length > 0 && isEnough(cards)
  })
}
