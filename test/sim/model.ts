/** A large cluster as numbers: who leads what, who has committed what, and how both move with time. Nothing is stored per partition. */

export interface ClusterSize {
  readonly brokers: number
  readonly topics: number
  readonly partitions: number
  readonly groups: number
}

/** The size that a refresh is measured at. */
export const largeCluster: ClusterSize = { brokers: 30, topics: 9_000, partitions: 39_000, groups: 2_200 }

const topicsPerGroup = 4
const replicas = 3

export interface SimulatedGroup {
  readonly groupId: string
  readonly type: 'classic' | 'consumer'
  /** Empty for groups that only store offsets. */
  readonly protocolType: string
  readonly state: 'Stable' | 'Empty'
  readonly coordinator: number
  readonly topics: readonly number[]
}

export class ClusterModel {
  readonly size: ClusterSize
  readonly groups: readonly SimulatedGroup[]
  readonly #partitionCounts: readonly number[]

  constructor(size: ClusterSize) {
    this.size = size
    this.#partitionCounts = spread(size.topics, size.partitions)
    this.groups = Array.from({ length: size.groups }, (_, i) => groupAt(i, size))
  }

  get topicCount(): number {
    return this.size.topics
  }

  topicName(topic: number): string {
    return `topic-${String(topic).padStart(5, '0')}`
  }

  topicOf(name: string): number | undefined {
    const topic = Number(/^topic-(\d+)$/.exec(name)?.[1] ?? Number.NaN)
    return topic < this.size.topics ? topic : undefined
  }

  partitionCount(topic: number): number {
    return this.#partitionCounts[topic] ?? 0
  }

  leader(topic: number, partition: number): number {
    return 1 + ((topic * 7 + partition) % this.size.brokers)
  }

  replicas(topic: number, partition: number): number[] {
    const first = topic * 7 + partition
    return Array.from(
      { length: Math.min(replicas, this.size.brokers) },
      (_, i) => 1 + ((first + i) % this.size.brokers),
    )
  }

  start(topic: number): number {
    return topic * 10
  }

  /** Grows by up to a hundred a second. */
  end(topic: number, partition: number, elapsedMs: number): number {
    return this.start(topic) + 1_000 + partition * 100 + Math.floor((elapsedMs * (topic % 100)) / 1_000)
  }

  committed(group: number, topic: number, partition: number, elapsedMs: number): number {
    return this.end(topic, partition, elapsedMs) - ((group * 13 + partition) % 500)
  }
}

/** A few topics with many partitions, many with few; the counts add up exactly. */
function spread(topics: number, partitions: number): number[] {
  const counts = new Array<number>(topics).fill(1)
  let left = partitions - topics
  for (let topic = 0; left > 0; topic = (topic + 1) % topics) {
    const share = Math.min(left, topic < topics / 9 ? 11 : topic < topics / 2 ? 5 : 1)
    counts[topic] = (counts[topic] ?? 0) + share
    left -= share
  }
  return counts
}

function groupAt(i: number, { brokers, topics }: ClusterSize): SimulatedGroup {
  const isSimple = i % 10 === 9
  return {
    groupId: `group-${String(i).padStart(4, '0')}`,
    type: i % 10 >= 6 && !isSimple ? 'consumer' : 'classic',
    protocolType: isSimple ? '' : 'consumer',
    state: isSimple ? 'Empty' : 'Stable',
    coordinator: 1 + (i % brokers),
    topics: [...new Set(Array.from({ length: topicsPerGroup }, (_, n) => (i * 37 + n * 1_009) % topics))],
  }
}
