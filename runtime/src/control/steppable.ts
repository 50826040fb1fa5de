import type { BatchSlice } from '../dataset/batch.ts'
import type { OffsetRange } from '../semantics/ranges.ts'

/** What is stepped: a unit of the processor, or a batch of plain kafkajs code. */
export interface Steppable {
  readonly batchId: string
  readonly sequence: number
  readonly attempt: number
  readonly slices: readonly BatchSlice[]
  readonly ranges: readonly OffsetRange[]
  readonly records: number
  /** Aborted when it must not stand any longer. */
  readonly signal: AbortSignal
}
