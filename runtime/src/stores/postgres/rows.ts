/** Stored positions, and partitions and ranges as parameters. */
import type { OffsetRange, TopicPartition } from '../../semantics/ranges.ts'
import type { StoredOffset } from '../store.ts'
import type { Query } from './connection.ts'

export async function storedOffsets(
  query: Query,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<StoredOffset[]> {
  const { rows } = await query(
    `select topic, partition, next_offset, topic_id, metadata
     from unnest($2::text[], $3::int[]) with ordinality as asked (topic, partition, position)
     join tidemark_offsets using (topic, partition) where group_id = $1 order by position`,
    [groupId, ...partitionColumns(partitions)],
  )
  return rows.map(storedOffset)
}

export function storedOffset(row: Record<string, unknown>): StoredOffset {
  return {
    topic: String(row.topic),
    partition: Number(row.partition),
    offset: BigInt(row.next_offset as string),
    topicId: (row.topic_id as string | null) ?? undefined,
    metadata: (row.metadata as string | null) ?? undefined,
  }
}

/** Topics and partitions, each as an array for `unnest`. */
export function partitionColumns(partitions: readonly TopicPartition[]): unknown[] {
  return [partitions.map(each => each.topic), partitions.map(each => each.partition)]
}

/** As {@link partitionColumns}, with both offsets. */
export function rangeColumns(ranges: readonly OffsetRange[]): unknown[] {
  const offsets = [ranges.map(each => String(each.fromOffset)), ranges.map(each => String(each.untilOffset))]
  return [...partitionColumns(ranges), ...offsets]
}
