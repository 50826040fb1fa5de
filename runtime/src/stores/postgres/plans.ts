/** Frozen batches: written by a compare-and-set, read whole. */
import { FencedError } from '../../errors.ts'
import type { OffsetRange, TopicPartition } from '../../semantics/ranges.ts'
import { groupByBatch, type PlanRow, planRefusal } from '../shared/plans.ts'
import type { BatchPlan } from '../store.ts'
import type { Query } from './connection.ts'
import { partitionColumns, rangeColumns, storedOffsets } from './rows.ts'

/**
 * Inside the caller's transaction: the rows of the positions are held until its end, so that no commit comes between the comparison
 * and the plan.
 * @throws FencedError see `shared/plans.ts`
 */
export async function freezePlan(
  query: Query,
  groupId: string,
  { batchId, ranges }: BatchPlan,
  store: string,
): Promise<void> {
  const { rows } = await query(
    `with standing as (
       select range.*
       from unnest($3::text[], $4::int[], $5::bigint[], $6::bigint[]) as range (topic, partition, from_offset, until_offset)
       join tidemark_offsets as stored on stored.group_id = $1 and stored.topic = range.topic
         and stored.partition = range.partition and stored.next_offset = range.from_offset
       for share of stored
     ), frozen as (
       insert into tidemark_plans as plan (group_id, topic, partition, batch_id, from_offset, until_offset)
       select $1, topic, partition, $2, from_offset, until_offset from standing
       on conflict (group_id, topic, partition) do update
       set batch_id = excluded.batch_id, from_offset = excluded.from_offset, until_offset = excluded.until_offset
       where plan.from_offset <> excluded.from_offset
         or (plan.batch_id = excluded.batch_id and plan.until_offset = excluded.until_offset)
       returning 1
     )
     select count(*)::int as count from frozen`,
    [groupId, batchId, ...rangeColumns(ranges)],
  )
  if (rows[0]?.count !== ranges.length) throw await refused(query, groupId, { batchId, ranges }, store)
}

export async function wholePlans(
  query: Query,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<BatchPlan[]> {
  const { rows } = await query(
    `select plan.topic, plan.partition, plan.batch_id, plan.from_offset, plan.until_offset
     from (
       select batch_id, min(position) as position
       from unnest($2::text[], $3::int[]) with ordinality as asked (topic, partition, position)
       join tidemark_plans using (topic, partition) where group_id = $1 group by batch_id
     ) as touched
     join tidemark_plans as plan on plan.group_id = $1 and plan.batch_id = touched.batch_id
     order by touched.position, plan.topic, plan.partition`,
    [groupId, ...partitionColumns(partitions)],
  )
  return groupByBatch(rows.map(planRowOf))
}

async function refused(
  query: Query,
  groupId: string,
  { batchId, ranges }: BatchPlan,
  store: string,
): Promise<FencedError> {
  const stored = await storedOffsets(query, groupId, ranges)
  const frozen = await ownPlans(query, groupId, ranges)
  for (const range of ranges) {
    const isSame = (other: TopicPartition) => other.topic === range.topic && other.partition === range.partition
    const plan = frozen.find(each => isSame(each.range))
    const refusal = planRefusal(store, batchId, range, stored.find(isSame)?.offset, plan)
    if (refusal) return refusal
  }
  return new FencedError(ranges, `${store} was changed at this very moment`)
}

async function ownPlans(query: Query, groupId: string, ranges: readonly OffsetRange[]): Promise<PlanRow[]> {
  const { rows } = await query(
    `select topic, partition, batch_id, from_offset, until_offset
     from unnest($2::text[], $3::int[]) as asked (topic, partition)
     join tidemark_plans using (topic, partition) where group_id = $1`,
    [groupId, ...partitionColumns(ranges)],
  )
  return rows.map(planRowOf)
}

function planRowOf(row: Record<string, unknown>): PlanRow {
  const range = {
    topic: String(row.topic),
    partition: Number(row.partition),
    fromOffset: BigInt(row.from_offset as string),
    untilOffset: BigInt(row.until_offset as string),
  }
  return { batchId: String(row.batch_id), range }
}
