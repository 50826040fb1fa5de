/** The records of one `send`, by the partition each goes to. */
import { TidemarkError } from '../../errors.ts'
import { partitionName, type TopicPartition } from '../../semantics/ranges.ts'
import type { OutgoingRecord } from '../client.ts'
import { type Cluster, tableError } from './cluster.ts'
import { partitionOfKey } from './partitioner.ts'

export interface RecordGroup {
  readonly at: TopicPartition
  readonly records: OutgoingRecord[]
}

/**
 * By partition name, in the order given.
 *
 * @param turn records without key or partition go to the partition with this number, modulo how many there are.
 * @returns `undefined` while a topic's partitions are not known: see `learnTopics`.
 * @throws TidemarkError OPTION_INVALID a partition that the topic does not have.
 */
export function groupRecords(
  cluster: Cluster,
  records: readonly OutgoingRecord[],
  turn: number,
): Map<string, RecordGroup> | undefined {
  const groups = new Map<string, RecordGroup>()
  const byTopic = new Map<string, Map<number, RecordGroup>>()
  for (const record of records) {
    const { topic } = record
    const count = cluster.knownTopic(topic)?.partitions.length
    if (count === undefined) return undefined
    const partition = record.partition ?? (record.key == null ? turn % count : partitionOfKey(record.key, count))
    const ofTopic = byTopic.get(topic) ?? new Map<number, RecordGroup>()
    byTopic.set(topic, ofTopic)
    let group = ofTopic.get(partition)
    if (!group) {
      if (!(partition >= 0 && partition < count)) throw noSuchPartition(topic, partition, count)
      group = { at: { topic, partition }, records: [] }
      ofTopic.set(partition, group)
      groups.set(partitionName(group.at), group)
    }
    group.records.push(record)
  }
  return groups
}

/** @throws TidemarkError TOPIC_UNKNOWN: producing never creates a topic. */
export async function learnTopics(cluster: Cluster, records: readonly OutgoingRecord[]): Promise<void> {
  const topics = [...new Set(records.map(({ topic }) => topic))]
  try {
    await cluster.describe(topics)
  } catch (error) {
    throw tableError(`Metadata of ${topics.join(', ')}`, error, cluster.transport)
  }
  const unknown = topics.filter(topic => !cluster.knownTopic(topic))
  if (unknown.length > 0) throw new TidemarkError('TOPIC_UNKNOWN', { topics: unknown })
}

function noSuchPartition(topic: string, partition: number, count: number): Error {
  const expected = `0 to ${count - 1}, a partition of ${topic}`
  return new TidemarkError('OPTION_INVALID', { option: 'partition', value: partition, expected })
}
