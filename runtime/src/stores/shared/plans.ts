import type { OffsetRange } from '../../semantics/ranges.ts'
import type { BatchPlan } from '../store.ts'

/** Plans are stored a row a partition; a batch's rows make one plan again. In the order of their first row. */
export function groupByBatch(rows: readonly { readonly batchId: string; readonly range: OffsetRange }[]): BatchPlan[] {
  const byBatch = Map.groupBy(rows, row => row.batchId)
  return Array.from(byBatch, ([batchId, frozen]) => ({ batchId, ranges: frozen.map(row => row.range) }))
}
