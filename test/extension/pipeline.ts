/** The pipeline that debug tests start: the sample of right totals, over a topic with orders. */
import * as vscode from 'vscode'
import { closeAll } from './files.ts'
import { makeTopic, produceOrders } from './kafka.ts'
import type { TestScope } from './suite.ts'

const perPartition = [1_800, 1_200, 500]
let prepared: Promise<string> | undefined

/**
 * A topic with orders, and the environment by which the sample finds it: one for all runs of a window, since the JavaScript
 * debugger keeps the environment that it saw first. Each run begins at its start, on a scratch group of its own. The topic goes
 * with the window's Kafka.
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
  const topic = await makeTopic({ after: () => {} }, 'orders')
  await produceOrders(topic, perPartition)
  process.env.TIDEMARK_TOPIC = topic
  process.env.TIDEMARK_GROUP = `${topic}-totals`
  return topic
}
