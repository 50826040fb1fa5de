/** The batches and replays whose records and outputs can still be asked for. They hold their buffers, so there are few. */
import type { BatchSlice } from '../dataset/batch.ts'
import type { OutputsParams, OutputsResult, RecordsParams, RecordsResult } from '../protocol.ts'
import type { OutputLog } from './outputs.ts'
import { recordsWindow } from './wireRecords.ts'

const rememberedMax = 8

export interface Remembered {
  /** Of a batch or a replay. */
  readonly id: string
  readonly slices: readonly BatchSlice[]
  /** Of its latest handling. */
  log: OutputLog | undefined
}

export class Memory {
  readonly #remembered: Remembered[] = []

  add(remembered: Remembered): void {
    this.#remembered.push(remembered)
    if (this.#remembered.length > rememberedMax) this.#remembered.shift()
  }

  find(id: string): Remembered | undefined {
    return this.#remembered.findLast(each => each.id === id)
  }

  /** @throws Error the batch is not remembered any more. */
  records(params: RecordsParams): RecordsResult {
    const { slices, log } = this.#known(params.batchId)
    return recordsWindow(slices, params, place => log?.countOf(place) ?? 0)
  }

  /** @throws Error the batch is not remembered any more. */
  outputs(params: OutputsParams): OutputsResult {
    return this.#known(params.batchId).log?.window(params) ?? { total: 0, isComplete: true, outputs: [] }
  }

  clear(): void {
    this.#remembered.length = 0
  }

  #known(id: string): Remembered {
    const found = this.find(id)
    if (!found) throw new Error(`Batch ${id} is not in memory any more; the last ${rememberedMax} are.`)
    return found
  }
}
