import { type Clock, pause } from '../clock.ts'
import { TidemarkError } from '../errors.ts'
import type { Trace } from '../trace.ts'

const pauseMsMax = 5_000

/** Sits out trouble that may pass by itself: a broker that restarts, a coordinator that moves, a store that is locked for a moment. */
export class Patience {
  readonly #clock: Clock
  readonly #trace: Trace
  readonly #stopping: AbortSignal

  constructor(clock: Clock, trace: Trace, stopping: AbortSignal) {
    this.#clock = clock
    this.#trace = trace
    this.#stopping = stopping
  }

  /** Runs `request` again while it fails with a retriable error, with growing pauses, until `outageMsMax` have passed or the run stops. */
  async run<T>(what: string, outageMsMax: number, request: () => Promise<T>): Promise<T> {
    const startedMs = this.#clock.monotonicMs()
    for (let attempt = 1; ; attempt++) {
      try {
        return await request()
      } catch (error) {
        const isLate = this.#clock.monotonicMs() - startedMs > outageMsMax
        if (isLate || this.#stopping.aborted || !(error instanceof TidemarkError && error.retriable)) throw error
        this.#trace({ kind: 'retrying', what, attempt, error })
      }
      await pause(this.#clock, Math.min(50 * 2 ** attempt, pauseMsMax), this.#stopping)
    }
  }
}

/** Resolves with `work`, or with `undefined` after `deadlineMs`: for ends that must not hang. */
export async function within<T>(clock: Clock, deadlineMs: number, work: Promise<T>): Promise<T | undefined> {
  let cancel = () => {}
  const late = new Promise<undefined>(resolve => {
    cancel = clock.after(deadlineMs, () => resolve(undefined))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    cancel()
  }
}
