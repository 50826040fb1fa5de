import { FencedError } from '../../errors.ts'
import type { OffsetRange } from '../../semantics/ranges.ts'
import type { BatchPlan } from '../store.ts'

/** One partition's part of a frozen batch, as it is stored. */
export interface PlanRow {
  readonly batchId: string
  readonly range: OffsetRange
}

/** Plans are stored a row a partition; a batch's rows make one plan again. In the order of their first row. */
export function groupByBatch(rows: readonly PlanRow[]): BatchPlan[] {
  const byBatch = Map.groupBy(rows, row => row.batchId)
  return Array.from(byBatch, ([batchId, frozen]) => ({ batchId, ranges: frozen.map(row => row.range) }))
}

/**
 * Why this range may not be frozen for this batch; `undefined` where it may.
 *
 * Freezing is a compare-and-set as a commit is, else a batch could run under two ids:
 *   1. A reads orders/0 from 100 and is frozen just before it writes its plan
 *   2. B takes orders/0 over and freezes 100..180 under an id of its own
 *   3. A wakes up, freezes 100..150 and runs it: the same records under another id, and B's rerun after a crash has lost its range
 * The same batch may be frozen again: that is its rerun.
 */
export function planRefusal(
  store: string,
  batchId: string,
  range: OffsetRange,
  standsAt: bigint | undefined,
  frozen: PlanRow | undefined,
): FencedError | undefined {
  const { topic, partition, fromOffset, untilOffset } = range
  const refused = (reason: string) => new FencedError([{ topic, partition }], `${store} ${reason}`)
  if (standsAt !== fromOffset) return refused(`stands at ${standsAt ?? 'nowhere'}, not at ${fromOffset}`)
  if (frozen === undefined || frozen.range.fromOffset !== fromOffset) return undefined
  if (frozen.batchId === batchId && frozen.range.untilOffset === untilOffset) return undefined
  return refused(`has frozen batch ${frozen.batchId} from there, until ${frozen.range.untilOffset}`)
}
