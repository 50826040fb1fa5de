/** Bounded retries with exponential back-off and jitter: the one way the engine asks again. */
import { type Clock, pause } from '../../clock.ts'
import { TidemarkError } from '../../errors.ts'
import type { Random } from '../../random.ts'
import { KafkaCodeError } from './errorCodes.ts'
import { TransportError } from './transport.ts'

export interface Surroundings {
  readonly clock: Clock
  readonly random: Random
}

export interface RetryBounds {
  /** No attempt starts later than this after the first. */
  readonly retryTimeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Sees the error of every failed attempt: what became doubtful once stays so, whatever the last error says. */
  readonly onFailure?: (error: unknown) => void
}

const backoffFirstMs = 50
const backoffMaxMs = 2_000
const shortWaitMs = 5

/** 50, 100, 200, … 2,000 ms, each between half of it and all of it, so that clients do not return in step. */
export function backoffMs(failures: number, random: Random): number {
  const full = Math.min(backoffMaxMs, backoffFirstMs * 2 ** Math.min(failures - 1, 10))
  return full * (0.5 + random.next() / 2)
}

/**
 * Runs `attempt` until it resolves, fails for good, or the bounds are reached; then its last error is thrown.
 *
 * @param beforeRetry corrects what the error showed to be stale; its own failure counts as a failed attempt.
 */
export async function retrying<Result>(
  { clock, random }: Surroundings,
  bounds: RetryBounds,
  attempt: () => Promise<Result>,
  beforeRetry: (error: unknown) => Promise<void> | void = () => {},
): Promise<Result> {
  const startedMs = clock.monotonicMs()
  for (let failures = 1; ; failures++) {
    try {
      return await attempt()
    } catch (error) {
      bounds.onFailure?.(error)
      const delayMs = isShort(error) ? shortWaitMs : backoffMs(failures, random)
      const isLate = clock.monotonicMs() + delayMs - startedMs > bounds.retryTimeoutMs
      if (!isRetriable(error) || isLate || bounds.signal?.aborted) throw error
      await pause(clock, delayMs, bounds.signal)
      if (bounds.signal?.aborted) throw error
      await Promise.resolve(beforeRetry(error)).catch(() => {})
    }
  }
}

/** The markers of the transaction before are being written: a matter of milliseconds, and on the path of every commit. */
function isShort(error: unknown): boolean {
  return error instanceof KafkaCodeError && error.codeName === 'CONCURRENT_TRANSACTIONS'
}

/** Whether the same request may succeed when sent again. */
export function isRetriable(error: unknown): boolean {
  if (error instanceof KafkaCodeError) return error.isRetriable
  if (error instanceof TidemarkError) return error.code === 'BROKER_UNREACHABLE'
  return error instanceof TransportError
}
