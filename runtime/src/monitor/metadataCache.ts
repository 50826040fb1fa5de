/** The cluster's layout, asked for once and again when it is old or was contradicted. */

import type { Cluster } from '../clients/kafka-protocol/cluster.ts'
import type { MetadataAnswer, MetadataTopic } from '../clients/kafka-protocol/requests/metadata.ts'
import type { Clock } from '../clock.ts'
import type { BrokerSummary, TopicSummary } from './snapshot.ts'

/**
 * How old a layout may be. One request brings the whole of it, so what it costs is the size of the answer: on a small
 * cluster a topic that was just created is seen with the next refresh or the one after, a large one is not read through
 * each time.
 */
const ageMs = { least: 3_000, perPartition: 0.3, most: 15_000 }
/** A refresh comes again by itself; it had better fail than hold the view for long. */
const retryTimeoutMs = 3_000
/** Spoken by brokers of KRaft clusters only. Of those each answer names another broker as the controller, so that clients spread. */
const describeQuorumKey = 55

export interface Layout {
  readonly clusterId: string | undefined
  readonly brokers: readonly BrokerSummary[]
  readonly topics: readonly TopicSummary[]
  readonly byTopic: ReadonlyMap<string, MetadataTopic>
}

export class MetadataCache {
  readonly #cluster: Cluster
  readonly #clock: Clock
  #layout: Layout | undefined
  #readAtMs = 0

  constructor(cluster: Cluster, clock: Clock) {
    this.#cluster = cluster
    this.#clock = clock
  }

  /** Something contradicted it: the next look asks again. */
  doubt(): void {
    this.#layout = undefined
  }

  async layout(): Promise<Layout> {
    const nowMs = this.#clock.monotonicMs()
    if (!this.#layout || nowMs - this.#readAtMs > ageMsMax(this.#layout)) {
      const answer = await this.#cluster.describe(undefined, { retryTimeoutMs })
      const isKraft = this.#cluster.versions.has(describeQuorumKey)
      this.#layout = layoutOf(isKraft ? { ...answer, controllerId: -1 } : answer)
      this.#readAtMs = nowMs
    }
    return this.#layout
  }
}

function ageMsMax({ topics }: Layout): number {
  const partitions = topics.reduce((sum, { partitionCount }) => sum + partitionCount, 0)
  return Math.min(ageMs.most, ageMs.least + ageMs.perPartition * partitions)
}

function layoutOf({ clusterId, controllerId, brokers, topics }: MetadataAnswer): Layout {
  const existing = topics.filter(({ errorCode }) => errorCode === 0)
  const led = new Map<number, number>()
  for (const { partitions } of existing)
    for (const { leader } of partitions) led.set(leader, (led.get(leader) ?? 0) + 1)
  return {
    clusterId: clusterId ?? undefined,
    brokers: brokers
      .map(broker => ({
        ...broker,
        isController: broker.nodeId === controllerId,
        leaderCount: led.get(broker.nodeId) ?? 0,
      }))
      .sort((a, b) => a.nodeId - b.nodeId),
    topics: existing.map(summaryOf).sort((a, b) => (a.topic < b.topic ? -1 : 1)),
    byTopic: new Map(existing.map(topic => [topic.topic, topic])),
  }
}

function summaryOf({ topic, topicId, isInternal, partitions }: MetadataTopic): TopicSummary {
  return {
    topic,
    topicId,
    isInternal,
    partitionCount: partitions.length,
    replicationFactor: partitions[0]?.replicas.length ?? 0,
    underReplicatedCount: partitions.filter(({ replicas, isr }) => isr.length < replicas.length).length,
    offlineCount: partitions.filter(({ leader }) => leader < 0).length,
  }
}
