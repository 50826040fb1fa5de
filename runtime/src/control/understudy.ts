/** A second instance of this very program, started beside it: for a rebalance, or to go on where this one is frozen. */
import { extname } from 'node:path'
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { controlScratchGroupVariable, controlSecondInstanceVariable, type WireRange } from '../protocol.ts'

export interface UnderstudyTask {
  readonly executable: string
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Ends the second instance, and wakes `isDone`, once it has taken over and committed all of these; absent: it runs on. */
  readonly until?: readonly WireRange[]
  readonly deadlineMs: number
  readonly isDone: Int32Array
}

/** What it says when it is done, or has failed. */
export interface UnderstudyReport {
  readonly committed: readonly WireRange[]
  readonly error?: string
}

/** How long another instance may take to join, take over and commit. */
const takeoverMsMax = 60_000

/** Whether this process knows how it was started. A REPL or `node -e` has no file that could be started again. */
export function canStartSecond(): boolean {
  return process.argv[1] !== undefined
}

/**
 * Starts it; it ends with this process at the latest.
 * @param onReport told once, if it fails.
 * @returns ends it: resolves when it has left the group and is gone.
 */
export function startSecond(
  environment: NodeJS.ProcessEnv,
  onReport: (report: UnderstudyReport) => void,
): () => Promise<void> {
  const worker = workerFor(environment, undefined, new Int32Array(new SharedArrayBuffer(4)))
  worker.on('message', onReport)
  worker.on('error', error => onReport({ committed: [], error: error.message }))
  worker.unref()
  const gone = new Promise<void>(resolve => worker.once('exit', () => resolve()))
  return () => {
    worker.off('message', onReport)
    worker.postMessage('end')
    return gone
  }
}

/**
 * Holds this whole process (no heartbeat, no request, nothing) until a second instance has taken over and committed these ranges.
 *
 * @param expire has the group give this member up, as it does when the session of a silent member ends.
 * @throws Error the other instance did not get so far: the message says why. The process goes on all the same.
 */
export async function freezeUntilReplaced(
  environment: NodeJS.ProcessEnv,
  ranges: readonly WireRange[],
  expire: () => Promise<void>,
): Promise<UnderstudyReport> {
  const isDone = new Int32Array(new SharedArrayBuffer(4))
  const { port1: here, port2: there } = new MessageChannel()
  const worker = workerFor(environment, ranges, isDone)
  try {
    await new Promise<void>((resolve, reject) => worker.once('online', resolve).once('error', reject))
    await expire()
    worker.postMessage({ port: there }, [there])
    Atomics.wait(isDone, 0, 0, takeoverMsMax + 10_000)
    const report: { readonly message: UnderstudyReport } | undefined = receiveMessageOnPort(here)
    return report?.message ?? { committed: [], error: 'the second instance did not answer' }
  } finally {
    here.close()
    void worker.terminate()
  }
}

function workerFor(
  environment: NodeJS.ProcessEnv,
  until: readonly WireRange[] | undefined,
  isDone: Int32Array,
): Worker {
  const task: UnderstudyTask = {
    executable: process.execPath,
    arguments: [...process.execArgv.filter(each => !each.startsWith('--inspect')), ...process.argv.slice(1)],
    environment: { ...defined(environment), [controlSecondInstanceVariable]: '1', ...scratchOf(environment) },
    ...(until ? { until } : {}),
    deadlineMs: takeoverMsMax,
    isDone,
  }
  // Among the sources, as users import it, and beside the extension's preload.
  const extension = { '.ts': 'ts', '.cjs': 'mjs' }[extname(import.meta.url)] ?? 'js'
  const file = new URL(`./understudyWorker.${extension}`, import.meta.url)
  return new Worker(file, { workerData: task, env: {}, stdout: true, stderr: true })
}

/** What a JavaScript debugger put there for its own child processes would make the second one wait for it. */
function defined(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(environment).filter(
    ([name]) => !/^(VSCODE_INSPECTOR_OPTIONS|ELECTRON_RUN_AS_NODE)$/.test(name),
  )
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

function scratchOf(environment: NodeJS.ProcessEnv): Record<string, string> {
  const scratch = environment[controlScratchGroupVariable]
  return scratch ? { [controlScratchGroupVariable]: scratch } : {}
}
