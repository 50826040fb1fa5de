/** The user's handler in the two forms it is given in, as one. */
import { bug } from '../errors.ts'
import type { PartitionHandler } from '../processor.ts'
import type { UnitHandler } from './unit.ts'

export interface RunHandler<V, Extra> {
  readonly call: PartitionHandler<V, Extra>
  readonly isPerPartition: boolean
}

export function unitHandlerOf<V, Extra>({ call, isPerPartition }: RunHandler<V, Extra>): UnitHandler<V, Extra> {
  if (!isPerPartition) return call as UnitHandler<V, Extra>
  return (batch, context) =>
    call(batch, { ...context, offsetRange: batch.offsetRanges[0] ?? bug('a batch without a range') })
}
