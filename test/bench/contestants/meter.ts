/** What a contestant counts while it works, and says when it is done. */
import { readFileSync } from 'node:fs'
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics } from 'node:v8'
import type { Order, Task } from './orders.ts'

export class Meter {
  readonly #task: Task
  readonly #startedMs: number
  readonly totals = new Map<string, number>()
  #firstMs: number | undefined
  #firstCpu: NodeJS.CpuUsage | undefined
  #firstCommitMs: number | undefined
  readonly #batchMs: number[] = []
  /** What was left on the heap by each full collection, and how much the young generation had taken from the system, at most. */
  #liveBytes = 0
  #youngBytes = 0
  seen = 0

  /** @param startedMs when the process was started, by the wall clock. */
  constructor(task: Task, startedMs: number) {
    this.#task = task
    this.#startedMs = startedMs
    new PerformanceObserver(list => {
      const young = getHeapSpaceStatistics().find(space => space.space_name === 'new_space')
      this.#youngBytes = Math.max(this.#youngBytes, young?.space_size ?? 0)
      const wasFull = list.getEntries().some(entry => kindOf(entry) === constants.NODE_PERFORMANCE_GC_MAJOR)
      if (wasFull)
        this.#liveBytes = Math.max(this.#liveBytes, process.memoryUsage().heapUsed - (young?.space_used_size ?? 0))
    }).observe({ entryTypes: ['gc'] })
  }

  /** The first record is there: time runs. */
  begin(): void {
    if (this.#firstMs !== undefined) return
    this.#firstMs = performance.now()
    this.#firstCpu = process.cpuUsage()
  }

  /** @param durationMs of the batch, from its start until it was committed. */
  committed(durationMs?: number): void {
    if (durationMs !== undefined) this.#batchMs.push(durationMs)
    this.#firstCommitMs ??= performance.timeOrigin + performance.now() - this.#startedMs
  }

  add({ customer, amountCents }: Order): void {
    this.totals.set(customer, (this.totals.get(customer) ?? 0) + amountCents)
  }

  get isDone(): boolean {
    return this.seen >= this.#task.records
  }

  /** Prints the measurement. @throws the sums are not those of the orders. */
  finish(totalCents?: number): void {
    const seconds = (performance.now() - (this.#firstMs as number)) / 1_000
    const { user, system } = process.cpuUsage(this.#firstCpu)
    if (this.seen !== this.#task.records) throw new Error(`${this.seen} records of ${this.#task.records}`)
    if (totalCents !== undefined && totalCents !== this.#task.totalCents)
      throw new Error(`the sum is ${totalCents}, not ${this.#task.totalCents}`)
    console.log(
      JSON.stringify({
        recordsPerS: this.seen / seconds,
        cpuSPerMillion: (user + system) / this.seen,
        peakMb: peakKb() / 1024,
        liveMb: this.#liveBytes / 2 ** 20,
        youngMb: this.#youngBytes / 2 ** 20,
        firstCommitMs: this.#firstCommitMs,
        ...(this.#batchMs.length > 0
          ? { batchP50Ms: quantile(this.#batchMs, 0.5), batchP99Ms: quantile(this.#batchMs, 0.99) }
          : {}),
      }),
    )
  }

  get totalCents(): number {
    let sum = 0
    for (const cents of this.totals.values()) sum += cents
    return sum
  }
}

/** Of this program alone: on Linux `maxRSS` begins at what the process that started it took. */
function peakKb(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
}

function kindOf(entry: PerformanceEntry): number | undefined {
  return (entry as PerformanceEntry & { readonly detail?: { readonly kind?: number } }).detail?.kind
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] as number
}
