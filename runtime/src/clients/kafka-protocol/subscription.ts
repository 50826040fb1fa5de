/**
 * What members of a group tell each other through the coordinator: subscriptions, and the assignment the leader makes.
 *
 * The formats are those of Kafka's own consumers, so that a group may hold members of several clients: `range` is known
 * to every Java consumer, `RoundRobinAssigner` to kafkajs.
 *
 * @see KIP-62, and `ConsumerProtocolSubscription.json`, `ConsumerProtocolAssignment.json` of Apache Kafka
 */
import type { TopicPartition } from '../../semantics/ranges.ts'
import { byTopic } from './requests/byTopic.ts'
import { WireReader, WireWriter } from './wire.ts'

export interface Subscriber {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly topics: readonly string[]
}

/** Partition numbers of a topic; none when it does not exist. */
export type PartitionsOf = (topic: string) => readonly number[]

export interface Assignor {
  readonly name: string
  assign(subscribers: readonly Subscriber[], partitionsOf: PartitionsOf): Map<string, TopicPartition[]>
}

/** Each topic's partitions in contiguous runs: partition n of topics with equally many partitions goes to one member. */
const range: Assignor = {
  name: 'range',
  assign(subscribers, partitionsOf) {
    const assignment = emptyAssignment(subscribers)
    for (const topic of topicsOf(subscribers)) {
      const members = inOrder(subscribers.filter(({ topics }) => topics.includes(topic)))
      const partitions = partitionsOf(topic)
      const [share, larger] = [Math.floor(partitions.length / members.length), partitions.length % members.length]
      let next = 0
      for (const [index, { memberId }] of members.entries()) {
        const count = share + (index < larger ? 1 : 0)
        for (const partition of partitions.slice(next, next + count))
          assignment.get(memberId)?.push({ topic, partition })
        next += count
      }
    }
    return assignment
  },
}

/** Partitions dealt out one by one. */
const roundRobin: Assignor = {
  name: 'RoundRobinAssigner',
  assign(subscribers, partitionsOf) {
    const assignment = emptyAssignment(subscribers)
    const members = inOrder(subscribers)
    let next = 0
    for (const topic of topicsOf(subscribers)) {
      for (const partition of partitionsOf(topic)) {
        while (!members[next % members.length]?.topics.includes(topic)) next++
        assignment.get(members[next++ % members.length]?.memberId ?? '')?.push({ topic, partition })
      }
    }
    return assignment
  },
}

/** Best first; the coordinator takes one that all members know. */
export const assignors: readonly Assignor[] = [range, roundRobin]

export function encodeSubscription(topics: readonly string[]): Buffer {
  const writer = new WireWriter(false).int16(0)
  return writer.array(topics.toSorted(), topic => writer.string(topic)).bytes(null).written
}

export function decodeSubscription(metadata: Buffer): readonly string[] {
  const reader = new WireReader(metadata, false)
  reader.int16()
  return reader.array(() => reader.string())
}

export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  const writer = new WireWriter(false).int16(0)
  writer.array(byTopic(partitions), ({ topic, items }) => {
    writer.string(topic).array(items, ({ partition }) => writer.int32(partition))
  })
  return writer.bytes(null).written
}

/** An empty buffer is an empty assignment: what a leader that knows nothing of a member brings for it. */
export function decodeAssignment(assignment: Buffer): TopicPartition[] {
  if (assignment.length === 0) return []
  const reader = new WireReader(assignment, false)
  reader.int16()
  const topics = reader.array(() => {
    const topic = reader.string()
    return reader.array(() => ({ topic, partition: reader.int32() }))
  })
  return topics.flat()
}

function emptyAssignment(subscribers: readonly Subscriber[]): Map<string, TopicPartition[]> {
  return new Map(subscribers.map(({ memberId }) => [memberId, []]))
}

function topicsOf(subscribers: readonly Subscriber[]): readonly string[] {
  return [...new Set(subscribers.flatMap(({ topics }) => topics))].toSorted()
}

/** Static members by their lasting name, so that a restart does not move partitions; the others by member id. */
function inOrder(subscribers: readonly Subscriber[]): readonly Subscriber[] {
  const nameOf = ({ groupInstanceId, memberId }: Subscriber) =>
    `${groupInstanceId === null ? 1 : 0}${groupInstanceId ?? memberId}`
  return subscribers.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}
