/**
 * `npm run bench step`: from the click on Step batch to the panel showing the next stop, with batches of 10,000 records on a real Kafka.
 *
 * The page is the bundled panel in a browser, the link the extension's own, the pipeline a process of its own; only VS Code's
 * pipe between its extension host and the webview is not in it. Each step handles a batch, commits it, and fetches the next.
 * Beside it: the same batches by bare kafkajs `eachBatch`, committed one by one, which is what a step cannot be faster than.
 * Then the frames of the panel while a batch of a million records is scrolled.
 * Flags: --steps N (50), --records N (10,000 a batch).
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  controlScratchGroupVariable,
  controlSocketVariable,
  controlTokenVariable,
  type HelloParams,
} from '@tidemark/runtime/protocol'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import type { Browser, Page } from 'playwright-core'
import {
  type BatchRun,
  emptyRun,
  type RunWords,
  snapshotOf,
  withBatch,
  withHello,
} from '../../client/src/debugging/batchRun.ts'
import { type ControlServer, listenForPipeline } from '../../runtime/src/control/host.ts'
import { launchBrowser } from '../harness/browser.ts'
import { useKafka } from '../harness/kafka.ts'
import { uniqueName } from '../harness/topics.ts'
import { until } from '../harness/until.ts'
import { openPanel, type Panel } from '../ui/panel.ts'
import { scrolledFrames, scrolledRecords } from './step/scroll.ts'

const program = join(import.meta.dirname, 'contestants/stepped.ts')
const perSend = 5_000

const plainWords: RunWords = {
  waiting: () => 'waiting',
  restarting: () => 'restarting',
  running: () => 'running',
  frozen: place => place,
  stopped: ({ phase }) => phase,
  ended: () => 'ended',
  readOnly: String,
  lost: reason => reason,
  reason: id => id,
  rule: id => id,
  ifItDied: told => told.sentence,
}

export async function bench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { steps: { type: 'string', default: '50' }, records: { type: 'string', default: '10000' } },
  })
  const steps = Number(values.steps)
  const records = Number(values.records)
  const cleanUps: (() => unknown)[] = []
  const scope = { after: (cleanUp: () => unknown) => void cleanUps.push(cleanUp) }
  try {
    const { brokers } = await useKafka(scope, { isOwn: true })
    const topic = uniqueName('stepped')
    await fill(brokers, topic, (steps + 2) * records)
    const bare = await bareBatches(brokers, topic, records, (steps + 2) * records)
    const browser = await launchBrowser()
    scope.after(() => browser.close())
    const stepped = await clicks(scope, { brokers, topic, records, steps }, browser)
    const ratio = median(stepped) / median(bare)
    console.log(`click to the next stop shown, ${records} records a batch, ${steps} steps: ${line(stepped)}`)
    console.log(`bare kafkajs, the same topic, ${bare.length} batches handled and committed: ${line(bare)}`)
    console.log(`ratio of the medians: ${ratio.toFixed(2)}`)
    const { wheel, dragged } = await scrolledFrames(browser)
    console.log(`a frame while ${scrolledRecords} records are scrolled by the wheel: ${line(wheel)}`)
    console.log(`a frame while they are dragged from end to end: ${line(dragged)}`)
  } finally {
    for (const cleanUp of cleanUps.reverse()) await cleanUp()
  }
}

interface Load {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly records: number
  readonly steps: number
}

async function clicks(scope: { after(cleanUp: () => unknown): void }, load: Load, browser: Browser): Promise<number[]> {
  let run: BatchRun = emptyRun('scratch')
  let panel: Panel | undefined
  const draw = (next: BatchRun): void => {
    run = next
    if (run.batch?.isStopped)
      void panel?.send({ type: 'snapshot', snapshot: snapshotOf(run, plainWords, { pipeline: 'p', group: 'g' }) })
  }
  const link: ControlServer = await listenForPipeline({
    stopAtStart: true,
    onHello: (hello: HelloParams) => draw(withHello(run, hello)),
    onBatch: batch => draw(withBatch(run, batch)),
    onPositions: () => {},
    onFaulted: () => {},
    onEnded: () => {},
    onClosed: reason => {
      if (reason !== undefined) console.error(`the pipeline hung up: ${reason}`)
    },
  })
  scope.after(() => link.close())
  panel = await openPanel(browser, {
    view: 'batch',
    onMessage: async (message, shown) => {
      if (message.type === 'control' && message.command === 'stepBatch') link.send({ kind: 'stepBatch' })
      else if (message.type === 'records')
        await shown.send({ type: 'records', requestId: message.requestId, result: await link.ask.records(message) })
    },
  })
  startPipeline(scope, link, load)
  await panel.page.locator('.run-state', { hasText: 'stopped' }).waitFor({ timeout: 60_000 })
  const took: number[] = []
  for (let step = 0; step < load.steps; step++) took.push(await clickToStop(panel.page))
  return took
}

/** Measured in the page, by its own clock: from the click to the frame in which the next batch's number stands. */
function clickToStop(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const facts = document.querySelector('.facts')
    const state = document.querySelector('.run-state')
    const button = [...document.querySelectorAll<HTMLElement>('vscode-button')].find(each =>
      /Step batch/.test(each.textContent ?? ''),
    )
    const before = facts?.textContent
    const from = performance.now()
    button?.click()
    while (facts?.textContent === before || !/stopped/.test(state?.textContent ?? ''))
      await new Promise(requestAnimationFrame)
    return performance.now() - from
  })
}

function startPipeline(
  scope: { after(cleanUp: () => unknown): void },
  link: ControlServer,
  { brokers, topic, records }: Load,
): void {
  const child = spawn(process.execPath, ['--conditions=source', program, brokers.join(','), topic, String(records)], {
    stdio: 'inherit',
    env: {
      ...process.env,
      [controlSocketVariable]: link.path,
      [controlTokenVariable]: link.token,
      [controlScratchGroupVariable]: uniqueName('scratch'),
    },
  })
  scope.after(async () => {
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  })
}

/** What is fetched, handled and committed by hand: ms from one commit's reply to the next. */
async function bareBatches(
  brokers: readonly string[],
  topic: string,
  records: number,
  total: number,
): Promise<number[]> {
  const consumer = kafkaOf(brokers).consumer({ groupId: uniqueName('bare'), maxBytes: 100_000_000 })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  const took: number[] = []
  const isDone = Promise.withResolvers<void>()
  let at = performance.now()
  let held = 0
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      held += batch.messages.length
      const until = BigInt(batch.lastOffset()) + 1n
      if (held < records) return until >= total ? isDone.resolve() : undefined
      held = 0
      await consumer.commitOffsets([{ topic, partition: batch.partition, offset: String(until) }])
      took.push(performance.now() - at)
      at = performance.now()
      if (until >= total) isDone.resolve()
    },
  })
  await isDone.promise
  await consumer.disconnect()
  // The first one waits for the group.
  return took.slice(1)
}

async function fill(brokers: readonly string[], topic: string, count: number): Promise<void> {
  const kafka = kafkaOf(brokers)
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false })
  await until(`leaders of ${topic}`, async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    return topics[0]?.partitions.every(({ leader }) => leader >= 0) === true
  })
  await admin.disconnect()
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  for (let sent = 0; sent < count; sent += perSend)
    await producer.send({
      topic,
      messages: Array.from({ length: Math.min(perSend, count - sent) }, (_, at) => ({
        key: `customer-${(sent + at) % 97}`,
        value: JSON.stringify({ id: `order-${sent + at}`, amountCents: 100 + at }),
      })),
    })
  await producer.disconnect()
}

function kafkaOf(brokers: readonly string[]): Kafka {
  return new Kafka({ clientId: 'bench-step', brokers: [...brokers], logLevel: logLevel.NOTHING })
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function line(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(1)
  return `median ${at(0.5)} ms, 90% ${at(0.9)} ms, worst ${at(1)} ms`
}
