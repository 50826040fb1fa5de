/** The user's handler in the two forms it is given in, as one. */
import type { Batch } from '../dataset/batch.ts'
import { bug } from '../errors.ts'
import type { OffsetRange } from '../semantics/ranges.ts'
import type { UnitHandler } from './unit.ts'

/** What every handler gets beside its records, whatever the guarantee. */
export interface HandlerContext {
  /** 1 for the first run of this batch in this process. */
  readonly attempt: number
  /** Aborted when the batch is given up: its partitions went to another owner, or the stop deadline passed. Nothing is committed then. */
  readonly signal: AbortSignal
}

export interface PartitionContext extends HandlerContext {
  /** The range of this partition that this call works on. */
  readonly offsetRange: OffsetRange
}

export type BatchHandler<V, Extra> = (batch: Batch<V>, context: HandlerContext & Extra) => void | Promise<void>
export type PartitionHandler<V, Extra> = (records: Batch<V>, context: PartitionContext & Extra) => void | Promise<void>

export interface RunHandler<V, Extra> {
  readonly call: PartitionHandler<V, Extra>
  readonly isPerPartition: boolean
}

export function unitHandlerOf<V, Extra>({ call, isPerPartition }: RunHandler<V, Extra>): UnitHandler<V, Extra> {
  if (!isPerPartition) return call as UnitHandler<V, Extra>
  return (batch, context) =>
    call(batch, { ...context, offsetRange: batch.offsetRanges[0] ?? bug('a batch without a range') })
}
