/** Questions about positions: where a log starts and ends, what lies at a time, what a group has committed. */
import { TidemarkError } from '../../errors.ts'
import { partitionName, type TopicPartition } from '../../semantics/ranges.ts'
import type { CommittedOffset, LogOffsets, OffsetForTime } from '../client.ts'
import type { Cluster } from './cluster.ts'
import { checkCode, KafkaCodeError } from './errorCodes.ts'
import { earliestTimestamp, type ListedOffset, latestTimestamp, listOffsets } from './requests/listOffsets.ts'
import { offsetFetch } from './requests/offsets.ts'
import { retrying } from './retries.ts'

const retryTimeoutMs = 30_000

export async function logOffsets(cluster: Cluster, partitions: readonly TopicPartition[]): Promise<LogOffsets[]> {
  const [starts, stables, ends] = await Promise.all([
    listed(cluster, partitions, earliestTimestamp, 'read_uncommitted'),
    listed(cluster, partitions, latestTimestamp, 'read_committed'),
    listed(cluster, partitions, latestTimestamp, 'read_uncommitted'),
  ])
  return partitions.map(({ topic, partition }) => {
    const name = partitionName({ topic, partition })
    return {
      topic,
      partition,
      logStartOffset: starts.get(name) as bigint,
      lastStableOffset: stables.get(name) as bigint,
      highWatermark: ends.get(name) as bigint,
    }
  })
}

export async function offsetsForTime(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  timestampMs: number,
): Promise<OffsetForTime[]> {
  if (!Number.isInteger(timestampMs) || timestampMs < 0)
    throw new TidemarkError('OPTION_INVALID', {
      option: 'timestampMs',
      value: timestampMs,
      expected: 'a whole number of milliseconds since the epoch',
    })
  const offsets = await listed(cluster, partitions, BigInt(timestampMs), 'read_uncommitted')
  return partitions.map(({ topic, partition }) => {
    const offset = offsets.get(partitionName({ topic, partition })) as bigint
    return { topic, partition, offset: offset < 0n ? undefined : offset }
  })
}

/** Each partition's offset, asked of its leader, and asked again while leaders move. */
async function listed(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  timestampMs: bigint,
  isolation: 'read_uncommitted' | 'read_committed',
): Promise<ReadonlyMap<string, bigint>> {
  const offsets = new Map<string, bigint>()
  await retrying(cluster.surroundings, { retryTimeoutMs }, async () => {
    const open = partitions.filter(partition => !offsets.has(partitionName(partition)))
    const { byLeader, missing } = await cluster.leaders(open)
    const answers = await Promise.all(
      [...byLeader].map(([leader, list]) => askLeader(cluster, leader, list, timestampMs, isolation)),
    )
    let failure: Error | undefined = missing[0] && missingError(cluster, missing)
    for (const answer of answers.flat()) {
      if (answer.errorCode === 0) offsets.set(partitionName(answer), answer.offset)
      else failure = new KafkaCodeError(`ListOffsets of ${partitionName(answer)}`, answer.errorCode)
      if (answer.errorCode !== 0) cluster.doubt(answer.topic)
    }
    if (failure) throw failure
  })
  return offsets
}

async function askLeader(
  cluster: Cluster,
  leader: number,
  partitions: readonly TopicPartition[],
  timestampMs: bigint,
  isolation: 'read_uncommitted' | 'read_committed',
): Promise<readonly ListedOffset[]> {
  try {
    return await cluster.send(leader, listOffsets(partitions, timestampMs, isolation))
  } catch (error) {
    for (const { topic } of partitions) cluster.doubt(topic)
    throw error
  }
}

function missingError(cluster: Cluster, missing: readonly TopicPartition[]): Error {
  const unknown = [...new Set(missing.map(({ topic }) => topic))].filter(topic => !cluster.knownTopic(topic))
  if (unknown.length > 0) return new TidemarkError('TOPIC_UNKNOWN', { topics: unknown })
  return new KafkaCodeError(`the leader of ${missing.map(partitionName).join(', ')}`, leaderNotAvailable)
}

const leaderNotAvailable = 5

export async function committedOffsets(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<CommittedOffset[]> {
  if (partitions.length === 0) return []
  const answer = await cluster.sendToCoordinator('group', groupId, offsetFetch(groupId, partitions), list => {
    for (const { topic, partition, errorCode } of list)
      checkCode(`OffsetFetch of group ${groupId}, ${partitionName({ topic, partition })}`, errorCode)
  })
  const found = new Map(answer.map(fetched => [partitionName(fetched), fetched]))
  return partitions.map(({ topic, partition }) => {
    const fetched = found.get(partitionName({ topic, partition }))
    // A negative number other than -1 was stored by a client that lost its position; it is shown, not hidden.
    const isCommitted = fetched !== undefined && fetched.offset !== -1n
    return {
      topic,
      partition,
      offset: isCommitted ? fetched.offset : undefined,
      metadata: isCommitted ? (fetched.metadata ?? '') : undefined,
    }
  })
}
