/**
 * Positions of pipelines that keep them outside Kafka, read from where they lie, and never in the way of a refresh.
 *
 * Invariant: it only looks (`OffsetStore.readOffsets`): no file, table, node or lock is made.
 */
import { type Clock, pause, systemClock } from '../../clock.ts'
import type { StoredPositions } from '../snapshot.ts'
import { type StoreAddress, storeAt } from './storeAt.ts'

export interface StoredPipeline extends StoreAddress {
  readonly groupId: string
  /** As a person knows it: `totals.db`. */
  readonly store: string
}

export interface StoredFailure {
  readonly groupId: string
  readonly store: string
  /** `undefined`: it is still being read for the first time. */
  readonly failure: unknown
}

/** How long a refresh waits for stores; what comes later is in the next one. */
const patienceMs = 400
/** A store is asked again after this time. */
const freshMs = 1_500
const storesMax = 200

interface Known {
  positions: StoredPositions | undefined
  failure: unknown
  readAtMs: number
  reading: Promise<void> | undefined
}

export class StoredReader {
  readonly #clock: Clock
  readonly #known = new Map<string, Known>()

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  /** What is known of each pipeline; those beyond 200 are left out. */
  async read(
    pipelines: readonly StoredPipeline[],
  ): Promise<{ readonly positions: readonly StoredPositions[]; readonly failures: readonly StoredFailure[] }> {
    const asked = pipelines.slice(0, storesMax).map(pipeline => ({ pipeline, known: this.#ask(pipeline) }))
    const keys = new Set(asked.map(({ pipeline }) => keyOf(pipeline)))
    for (const key of this.#known.keys()) if (!keys.has(key)) this.#known.delete(key)
    const waits = asked.flatMap(({ known }) => known.reading ?? [])
    const enough = new AbortController()
    if (waits.length > 0)
      await Promise.race([Promise.all(waits), pause(this.#clock, patienceMs, enough.signal)]).finally(() =>
        enough.abort(),
      )
    return {
      positions: asked.flatMap(({ known }) => known.positions ?? []),
      failures: asked.flatMap(({ pipeline: { groupId, store }, known }) =>
        known.positions ? [] : [{ groupId, store, failure: known.failure }],
      ),
    }
  }

  #ask(pipeline: StoredPipeline): Known {
    const key = keyOf(pipeline)
    let known = this.#known.get(key)
    if (!known) {
      known = { positions: undefined, failure: undefined, readAtMs: Number.NEGATIVE_INFINITY, reading: undefined }
      this.#known.set(key, known)
    }
    if (!known.reading && this.#clock.monotonicMs() - known.readAtMs >= freshMs)
      known.reading = this.#look(pipeline, known)
    return known
  }

  /** Old positions under a failure would be taken for present ones: they go. */
  async #look(pipeline: StoredPipeline, known: Known): Promise<void> {
    const { groupId, store } = pipeline
    try {
      const positions = (await (await storeAt(pipeline))?.readOffsets?.(groupId)) ?? []
      known.positions = { groupId, store, positions }
      known.failure = undefined
    } catch (error) {
      known.positions = undefined
      known.failure = error
    }
    known.readAtMs = this.#clock.monotonicMs()
    known.reading = undefined
  }
}

function keyOf({ groupId, kind, place, settings }: StoredPipeline): string {
  return JSON.stringify([groupId, kind, place, settings])
}
