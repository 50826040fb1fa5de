/** The batches of a stepped pipeline, over its restarts; bounded. */
import type { AfterFault } from '../../account.ts'
import type { BatchState, FaultedParams, PositionsParams, WireOutput, WirePlace, WireRange } from '../../protocol.ts'

export interface PastBatch {
  /** As a person counts, over all restarts. */
  readonly number: number
  readonly state: BatchState
  readonly outputs: readonly WireOutput[]
}

const batchesMax = 200

export class History {
  #batches: PastBatch[] = []
  #count = 0
  #positions = new Map<string, WirePlace>()
  #lost: WireRange[] = []
  #begun: BatchState[] = []
  /** Since the latest start. */
  #isFresh = true

  restarted(): void {
    this.#positions = new Map()
    this.#lost = []
    this.#begun = []
    this.#isFresh = true
  }

  heard(state: BatchState): void {
    if (state.phase === 'processing' && !state.isStopped) this.#begun = [...this.#begun, state].slice(-batchesMax)
    if (state.outcome === undefined || state.outcome === 'cut') return
    this.#isFresh = false
    for (const { topic, partition, untilOffset } of state.outcome === 'committed' ? state.ranges : [])
      this.#positions.set(`${topic}/${partition}`, { topic, partition, offset: untilOffset })
    const known = this.#batches.findLast(each => each.state.batchId === state.batchId)
    if (known) this.#batches = this.#batches.map(each => (each === known ? { ...known, state } : each))
    else this.#batches = [...this.#batches, { number: ++this.#count, state, outputs: [] }].slice(-batchesMax)
  }

  outputs(batchId: string, outputs: readonly WireOutput[]): void {
    this.#batches = this.#batches.map(each => (each.state.batchId === batchId ? { ...each, outputs } : each))
  }

  positions({ positions, lost }: PositionsParams): void {
    for (const each of positions) {
      const name = `${each.topic}/${each.partition}`
      if (this.#isFresh || !this.#positions.has(name)) this.#positions.set(name, each)
    }
    this.#lost.push(...lost)
  }

  /** By number, or the last one. */
  find(number: number | undefined): PastBatch | undefined {
    return number === undefined ? this.#batches.at(-1) : this.#batches.find(each => each.number === number)
  }

  /** What happened since a fault, to judge it by. */
  after(faulted: FaultedParams, guarantee: string): AfterFault {
    const isSince = (state: BatchState) => faulted.isDeath || state.phaseStartedAtMs >= faulted.atMs
    return {
      guarantee,
      positions: [...this.#positions.values()],
      ranAgain: this.#begun.filter(isSince).flatMap(state => state.ranges),
      lost: this.#lost,
    }
  }
}
