/** The oracle as a worker thread: started by the first question, ended when nothing has been asked for a while. */
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { TypeAnswer, TypeOracle, TypeRequest } from '../../../facts/typeOracle.ts'

export interface ThreadedOracleOptions {
  /** How long it holds its program after an answer. @defaultValue 120_000 ms */
  readonly idleMsMax?: number
  /** Where the thread's own heap ends; then the question fails and rules stay as they are. @defaultValue 768 MiB */
  readonly heapMegabytesMax?: number
}

export interface ThreadedOracle extends TypeOracle {
  readonly statistics: OracleStatistics
}

export interface OracleStatistics {
  readonly requests: number
  /** Of the last program. */
  readonly fileCount: number
  readonly tookMs: number
}

export function createThreadedOracle(options: ThreadedOracleOptions = {}): ThreadedOracle {
  return new WorkerOracle(options)
}

interface Reply {
  readonly id: number
  readonly answers?: readonly TypeAnswer[]
  readonly problem?: string
  readonly fileCount?: number
  readonly tookMs?: number
}

interface Waiting {
  done(answers: readonly TypeAnswer[]): void
  failed(error: Error): void
}

class WorkerOracle implements ThreadedOracle {
  readonly #idleMsMax: number
  readonly #heapMegabytesMax: number
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #lastId = 0
  statistics: OracleStatistics = { requests: 0, fileCount: 0, tookMs: 0 }

  constructor({ idleMsMax = 120_000, heapMegabytesMax = 768 }: ThreadedOracleOptions) {
    this.#idleMsMax = idleMsMax
    this.#heapMegabytesMax = heapMegabytesMax
  }

  ask(request: TypeRequest): Promise<readonly TypeAnswer[]> {
    clearTimeout(this.#idle)
    const worker = this.#started()
    const id = ++this.#lastId
    worker.ref()
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed })
      worker.postMessage({ id, request })
    })
  }

  async stop(): Promise<void> {
    clearTimeout(this.#idle)
    const worker = this.#worker
    if (!worker) return
    this.#ended(worker, new Error('the thread that looks up types was stopped'))
    await worker.terminate()
  }

  #started(): Worker {
    if (this.#worker) return this.#worker
    // Beside this file, with its ending: in the sources, in what the compiler wrote, and in the bundle.
    const entry = new URL(`./typeWorker${extname(fileURLToPath(import.meta.url))}`, import.meta.url)
    const worker = new Worker(entry, { resourceLimits: { maxOldGenerationSizeMb: this.#heapMegabytesMax } })
    worker.on('message', (reply: Reply) => this.#heard(reply))
    worker.on('error', error => this.#ended(worker, error))
    worker.on('exit', code => this.#ended(worker, new Error(`the thread that looks up types ended with ${code}`)))
    this.#worker = worker
    return worker
  }

  #heard({ id, answers, problem, fileCount = 0, tookMs = 0 }: Reply): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    this.statistics = { requests: this.statistics.requests + 1, fileCount, tookMs }
    if (answers) waiting?.done(answers)
    else waiting?.failed(new Error(problem))
    if (this.#waiting.size > 0) return
    // An idle thread keeps no process alive.
    this.#worker?.unref()
    this.#idle = setTimeout(() => void this.stop(), this.#idleMsMax).unref()
  }

  #ended(worker: Worker, error: Error): void {
    // One that was replaced since has nobody waiting.
    if (this.#worker !== worker) return
    this.#worker = undefined
    for (const { failed } of this.#waiting.values()) failed(error)
    this.#waiting.clear()
  }
}
