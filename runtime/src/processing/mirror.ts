import type { GroupMembership } from '../clients/client.ts'
import type { Clock } from '../clock.ts'
import { type OffsetRange, partitionName } from '../semantics/ranges.ts'
import type { Trace } from '../trace.ts'

const intervalMs = 1_000

/**
 * Copies positions that live in a store to the Kafka group, so that lag monitors see the pipeline.
 *
 * For display only: at most once a second, never read as a position, and a failure is told but decides nothing.
 */
export class Mirror {
  readonly #membership: () => GroupMembership | undefined
  readonly #clock: Clock
  readonly #trace: Trace
  readonly #pending = new Map<string, OffsetRange>()
  #cancel: (() => void) | undefined
  #sending: Promise<void> = Promise.resolve()
  #failures = 0

  constructor(membership: () => GroupMembership | undefined, clock: Clock, trace: Trace) {
    this.#membership = membership
    this.#clock = clock
    this.#trace = trace
  }

  note(ranges: readonly OffsetRange[]): void {
    for (const range of ranges) this.#pending.set(partitionName(range), range)
    this.#cancel ??= this.#clock.after(intervalMs, () => {
      this.#cancel = undefined
      this.#sending = this.#send()
    })
  }

  /** Commits what is pending for these partitions, or for all, now. */
  async flush(): Promise<void> {
    this.#cancel?.()
    this.#cancel = undefined
    await this.#sending
    await this.#send()
  }

  /** Partitions that are no longer ours must not be committed by us. */
  forget(name: string): void {
    this.#pending.delete(name)
  }

  async #send(): Promise<void> {
    const membership = this.#membership()
    if (this.#pending.size === 0 || membership === undefined) return
    const offsets = [...this.#pending.values()].map(({ topic, partition, untilOffset }) => ({
      topic,
      partition,
      offset: untilOffset,
    }))
    this.#pending.clear()
    try {
      await membership.commit(offsets)
      this.#failures = 0
    } catch (error) {
      // Told once in a row of failures: the next commit of the store is mirrored again anyway.
      if (this.#failures++ === 0)
        this.#trace({ kind: 'retrying', what: 'mirroring offsets to the Kafka group', attempt: 1, error })
    }
  }
}
