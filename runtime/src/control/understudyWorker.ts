/** Runs beside the main thread, which may be frozen: starts the second instance, follows it over a control link of its own, and ends it. */
import { spawn } from 'node:child_process'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../clock.ts'
import { type BatchState, controlSocketVariable, controlTokenVariable, type WireRange } from '../protocol.ts'
import { listenForPipeline } from './host.ts'
import type { UnderstudyReport, UnderstudyTask } from './understudy.ts'

const stopDeadlineMs = 10_000
const lastWordsMax = 1_500

const task: UnderstudyTask = workerData
const committed: WireRange[] = []
const port = task.until
  ? new Promise<MessagePort>(resolve => parentPort?.once('message', ({ port }) => resolve(port)))
  : undefined
let finish: (error: string | undefined) => void = () => {}
const over = new Promise<string | undefined>(resolve => {
  finish = resolve
})

const link = await listenForPipeline({
  stopAtStart: false,
  onHello: () => {},
  onBatch: note,
  onPositions: () => {
    if (task.until?.length === 0) finish(undefined)
  },
  onFaulted: () => {},
  onEnded: ({ error }) => finish(error),
  onClosed: () => {},
})
if (!task.until) parentPort?.once('message', () => finish(undefined))
// The main thread has the group give its member up before it hands its port over: only then is there something to take.
await port
const child = spawn(task.executable, task.arguments, {
  env: { ...task.environment, [controlSocketVariable]: link.path, [controlTokenVariable]: link.token },
  stdio: ['ignore', 'ignore', 'pipe'],
})
let lastWords = ''
child.stderr.on('data', (chunk: Buffer) => {
  lastWords = (lastWords + chunk.toString()).slice(-lastWordsMax)
})
const exited = new Promise<void>(resolve => child.once('exit', () => resolve()).once('error', () => resolve()))
void exited.then(() => finish(lastWords.trim() || 'it has ended'))
const cancel = task.until
  ? systemClock.after(task.deadlineMs, () => finish(`it did not commit within ${task.deadlineMs} ms`))
  : () => {}
const error = await over
cancel()
await end()
await report(error === undefined ? { committed } : { committed, error })

function note(state: BatchState): void {
  if (state.outcome !== 'committed') return
  committed.push(...state.ranges)
  if (task.until?.every(isCovered)) finish(undefined)
}

/** Whether all of a range lies in what was committed, or behind its start: another batch may have begun elsewhere. */
function isCovered({ topic, partition, untilOffset }: WireRange): boolean {
  return committed.some(
    each => each.topic === topic && each.partition === partition && BigInt(each.untilOffset) >= BigInt(untilOffset),
  )
}

async function end(): Promise<void> {
  link.send({ kind: 'stop', deadlineMs: stopDeadlineMs })
  const killing = systemClock.after(stopDeadlineMs + 1_000, () => child.kill('SIGKILL'))
  await exited
  killing()
  await link.close()
}

async function report(params: UnderstudyReport): Promise<void> {
  if (!port) return void parentPort?.postMessage(params)
  ;(await port).postMessage(params)
  Atomics.store(task.isDone, 0, 1)
  Atomics.notify(task.isDone, 0)
}
