/** Frozen batches: a node a partition, which also says of how many the batch is. */
import type { OffsetRange, TopicPartition } from '../../semantics/ranges.ts'
import { groupByBatch, type PlanRow } from '../shared/plans.ts'
import { rangeFromWire, rangeToWire, type WireRange } from '../shared/wire.ts'
import type { BatchPlan } from '../store.ts'
import { partitionNode } from './nodes.ts'
import type { Node, ZooKeeperSession } from './session.ts'

interface PlanNode {
  readonly row: PlanRow
  readonly parts: number
  readonly version: number
}

export function planData({ batchId, ranges }: BatchPlan, range: OffsetRange): string {
  return JSON.stringify({ batchId, parts: ranges.length, range: rangeToWire(range) })
}

/** In the order asked; `undefined` where nothing has ever been frozen. */
export async function planNodes(
  session: ZooKeeperSession,
  folder: string,
  partitions: readonly TopicPartition[],
): Promise<(PlanNode | undefined)[]> {
  return nodesNamed(session, folder, partitions.map(partitionNode))
}

/** Looks at all nodes only where a batch has parts in other partitions than those asked for. */
export async function wholePlans(
  session: ZooKeeperSession,
  folder: string,
  partitions: readonly TopicPartition[],
): Promise<BatchPlan[]> {
  const asked = (await planNodes(session, folder, partitions)).filter(found => found !== undefined)
  const byBatch = Map.groupBy(asked, ({ row }) => row.batchId)
  if ([...byBatch.values()].every(nodes => nodes.every(({ parts }) => parts <= nodes.length)))
    return groupByBatch(asked.map(({ row }) => row))
  const all = await nodesNamed(session, folder, ((await session.children(folder)) ?? []).sort())
  const rows = all.filter(found => found !== undefined).map(({ row }) => row)
  return groupByBatch(rows.filter(({ batchId }) => byBatch.has(batchId)))
}

async function nodesNamed(
  session: ZooKeeperSession,
  folder: string,
  names: readonly string[],
): Promise<(PlanNode | undefined)[]> {
  const nodes = await Promise.all(names.map(name => session.get(`${folder}/${name}`)))
  return nodes.map(node => node && planNodeOf(node))
}

function planNodeOf({ data, version }: Node): PlanNode {
  const { batchId, range, parts = 1 } = JSON.parse(data) as { batchId: string; range: WireRange; parts?: number }
  return { row: { batchId, range: rangeFromWire(range) }, parts, version }
}
