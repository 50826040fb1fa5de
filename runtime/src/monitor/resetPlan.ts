/** What a reset of a group would do, read before anything is written. */
import type { FetchedPartition, KafkaClient, KafkaConnection } from '../clients/client.ts'
import { partitionName, type TopicPartition } from '../semantics/ranges.ts'
import { type ResetMove, type ResetTarget, resetMove } from '../semantics/reset.ts'
import type { ClusterSnapshot, GroupMember, LogEnds, Selection } from './snapshot.ts'

/** First records are read of so many partitions; of the others only offsets are told. */
const firstRecordsMax = 200
const bytesPerPartition = 64 << 10
const firstRecordWaitMs = 500
const keyCharactersMax = 200

export interface ResetQuestion {
  readonly groupId: string
  readonly target: ResetTarget
  /** Only these, also where the group has committed nothing in them. @defaultValue the topics that it has committed in */
  readonly topics?: readonly string[] | undefined
}

export interface PlannedMove extends ResetMove {
  /** The first record that is read next; `undefined` at the end of the log, and where it could not be read. */
  readonly next: { readonly timestampMs: number; readonly key: string | null } | undefined
}

export interface ResetPlan {
  readonly groupId: string
  /** While there are any, a reset is refused. */
  readonly members: readonly GroupMember[]
  readonly moves: readonly PlannedMove[]
  /** Left as they are: their log could not be read, or nothing was committed that could be shifted. */
  readonly left: readonly TopicPartition[]
}

/**
 * Reads what a reset would do. Nothing is joined, committed or written.
 *
 * @param refresh - a monitor's, of the cluster; read once
 * @param client - of the same cluster; connected for as long as this takes
 * @throws TidemarkError the cluster cannot be reached.
 * @example
 * const { moves } = await planReset(selection => monitor.refresh(selection), client, { groupId: 'order-totals', target: { kind: 'earliest' } })
 * await changes.resetOffsets('order-totals', positionsOf(moves))
 */
export async function planReset(
  refresh: (selection: Selection) => Promise<ClusterSnapshot>,
  client: KafkaClient,
  { groupId, target, topics }: ResetQuestion,
): Promise<ResetPlan> {
  const { selectedGroups, selectedTopics } = await refresh({ details: [groupId], topics: topics ?? [] })
  const group = selectedGroups[0]
  const committed = new Map(group?.partitions.map(each => [partitionName(each), each.committedOffset]))
  const rows: readonly (TopicPartition & { readonly ends: LogEnds | undefined })[] = topics
    ? selectedTopics.flatMap(({ partitions }) => partitions)
    : (group?.partitions ?? [])
  const known = rows.flatMap(({ topic, partition, ends }) => (ends ? [{ topic, partition, ends }] : []))
  const connection = await client.connect()
  try {
    const byTime = target.kind === 'time' ? await connection.offsetsForTime(known, target.timestampMs) : []
    const times = new Map(byTime.map(each => [partitionName(each), each.offset]))
    const moves = known.flatMap(({ topic, partition, ends: { logStartOffset, highWatermark } }) => {
      const name = partitionName({ topic, partition })
      const log = { topic, partition, logStartOffset, highWatermark }
      const move = resetMove({ ...log, committedOffset: committed.get(name), offsetForTime: times.get(name) }, target)
      return move ? [{ ...move, isAtEnd: move.toOffset === highWatermark }] : []
    })
    const first = await firstRecords(connection, moves.filter(({ isAtEnd }) => !isAtEnd).slice(0, firstRecordsMax))
    const planned = new Set(moves.map(partitionName))
    return {
      groupId,
      members: group?.members ?? [],
      moves: moves.map(({ isAtEnd: _, ...move }) => ({ ...move, next: first.get(partitionName(move)) })),
      left: rows.filter(row => !planned.has(partitionName(row))).map(({ topic, partition }) => ({ topic, partition })),
    }
  } finally {
    await connection.close()
  }
}

/** What `ClusterChanges.resetOffsets` takes of a plan's moves. */
export function positionsOf(moves: readonly ResetMove[]): (TopicPartition & { readonly offset: bigint })[] {
  return moves.map(({ topic, partition, toOffset }) => ({ topic, partition, offset: toOffset }))
}

async function firstRecords(
  connection: KafkaConnection,
  moves: readonly ResetMove[],
): Promise<ReadonlyMap<string, PlannedMove['next']>> {
  if (moves.length === 0) return new Map()
  const answers = await connection.fetch({
    partitions: positionsOf(moves).map(position => ({ ...position, maxBytes: bytesPerPartition })),
    isolation: 'read_committed',
    maxWaitMs: firstRecordWaitMs,
    minBytes: 1,
    maxBytes: bytesPerPartition * moves.length,
  })
  return new Map(answers.map(answer => [partitionName(answer), firstOf(answer)]))
}

/** Of a log that cannot be read here (an unknown codec, no right) nothing is told; the positions stand all the same. */
function firstOf({ error, records }: FetchedPartition): PlannedMove['next'] {
  const record = error ? undefined : records.at(0)
  return record && { timestampMs: record.timestampMs, key: record.key?.toString().slice(0, keyCharactersMax) ?? null }
}
