/**
 * Everything that changes a cluster, behind one gate: a cluster that is read-only refuses it before anything is sent.
 *
 * Invariant: nobody outside this file sends a request that changes something on behalf of a view.
 */

import type { KafkaClient, NewTopic } from '../clients/client.ts'
import { Cluster, tableError } from '../clients/kafka-protocol/cluster.ts'
import { retryUntilLed, transportOf } from '../clients/kafka-protocol/connection.ts'
import { checkCode } from '../clients/kafka-protocol/errorCodes.ts'
import { deleteGroups } from '../clients/kafka-protocol/requests/deleteGroups.ts'
import { deleteRecords } from '../clients/kafka-protocol/requests/deleteRecords.ts'
import { offsetDelete } from '../clients/kafka-protocol/requests/offsetDelete.ts'
import { offsetCommit } from '../clients/kafka-protocol/requests/offsets.ts'
import { createTopics, deleteTopics, type TopicResult } from '../clients/kafka-protocol/requests/topics.ts'
import { systemClock } from '../clock.ts'
import { TidemarkError } from '../errors.ts'
import { systemRandom } from '../random.ts'
import { partitionName, type TopicPartition } from '../semantics/ranges.ts'
import { GroupLists } from './groupLists.ts'
import { readCommitted, readMembers } from './readGroups.ts'

const timeoutMs = 15_000

export interface ChangeOptions {
  readonly client: KafkaClient
  /** As its user calls it; named in refusals. */
  readonly clusterName: string
  /** Every change is refused. */
  readonly isReadOnly: boolean
}

export interface Position extends TopicPartition {
  /** `undefined`: none, as if the group had never committed there. */
  readonly offset: bigint | undefined
  readonly metadata?: string
}

export interface ClusterChanges {
  createTopic(topic: NewTopic): Promise<void>
  deleteTopics(topics: readonly string[]): Promise<void>
  /** Everything below `offset` is gone for good. @returns the log's start afterwards. */
  deleteRecords(position: TopicPartition & { readonly offset: bigint }): Promise<bigint>
  deleteGroup(groupId: string): Promise<void>
  /**
   * Sets a group's positions.
   *
   * @returns what stood there before: given to this again, it undoes the reset.
   * @throws TidemarkError GROUP_ACTIVE with its members: they would overwrite it, or go on from elsewhere.
   */
  resetOffsets(groupId: string, positions: readonly Position[]): Promise<readonly Position[]>
  close(): Promise<void>
}

/**
 * Nothing is connected before the first change; a read-only cluster is never connected.
 * @throws TidemarkError CLUSTER_READ_ONLY from every method of a read-only cluster.
 */
export function openChanges(options: ChangeOptions): ClusterChanges {
  return new GatedChanges(options)
}

class GatedChanges implements ClusterChanges {
  readonly #options: ChangeOptions
  #connecting: Promise<Cluster> | undefined

  constructor(options: ChangeOptions) {
    this.#options = options
  }

  createTopic(topic: NewTopic): Promise<void> {
    return this.#change(`create topic '${topic.topic}'`, async cluster => {
      const wanted = { ...topic, replicationFactor: topic.replicationFactor ?? -1 }
      await cluster.sendToController(createTopics([wanted], timeoutMs), checkTopics)
      const partitions = Array.from({ length: Math.max(1, topic.partitions) }, (_, partition) => partition)
      await retryUntilLed(
        cluster,
        partitions.map(partition => ({ topic: topic.topic, partition })),
      )
    })
  }

  deleteTopics(topics: readonly string[]): Promise<void> {
    return this.#change(`delete ${topics.map(topic => `'${topic}'`).join(', ')}`, async cluster => {
      await cluster.sendToController(deleteTopics(topics, timeoutMs), checkTopics)
    })
  }

  deleteRecords({ topic, partition, offset }: TopicPartition & { readonly offset: bigint }): Promise<bigint> {
    return this.#change(`delete records of ${partitionName({ topic, partition })}`, async cluster => {
      await cluster.describe([topic])
      const leader = cluster.leaderOf({ topic, partition })
      if (leader === undefined) throw new TidemarkError('TOPIC_UNKNOWN', { topics: [topic] })
      const [result] = await cluster.send(leader, deleteRecords({ topic, partition }, offset, timeoutMs))
      checkCode(`DeleteRecords of ${partitionName({ topic, partition })}`, result?.errorCode ?? -1)
      return result?.logStartOffset ?? offset
    })
  }

  deleteGroup(groupId: string): Promise<void> {
    return this.#change(`delete group '${groupId}'`, async cluster => {
      await refuseActive(cluster, groupId, 'delete')
      await cluster.sendToCoordinator('group', groupId, deleteGroups([groupId]), ([result]) =>
        checkCode(`DeleteGroups of ${groupId}`, result?.errorCode ?? -1),
      )
    })
  }

  resetOffsets(groupId: string, positions: readonly Position[]): Promise<readonly Position[]> {
    return this.#change(`reset group '${groupId}'`, async cluster => {
      const stood = new Map((await refuseActive(cluster, groupId, 'reset')).map(each => [partitionName(each), each]))
      const check = (answers: readonly (TopicPartition & { readonly errorCode: number })[]) => {
        for (const { errorCode, ...place } of answers) checkCode(`the reset of ${partitionName(place)}`, errorCode)
      }
      const nobody = { groupId, memberId: '', generation: -1, groupInstanceId: undefined }
      const set = positions.flatMap(each => (each.offset === undefined ? [] : [{ ...each, offset: each.offset }]))
      // What was never there cannot be taken away: the broker would not know the group.
      const unset = positions.filter(each => each.offset === undefined && stood.has(partitionName(each)))
      if (set.length > 0) await cluster.sendToCoordinator('group', groupId, offsetCommit(nobody, set), check)
      if (unset.length > 0) await cluster.sendToCoordinator('group', groupId, offsetDelete(groupId, unset), check)
      return positions.map(
        ({ topic, partition }) =>
          stood.get(partitionName({ topic, partition })) ?? { topic, partition, offset: undefined },
      )
    })
  }

  async close(): Promise<void> {
    const cluster = await this.#connecting?.catch(() => undefined)
    cluster?.close()
  }

  /** The gate. */
  async #change<Result>(what: string, work: (cluster: Cluster) => Promise<Result>): Promise<Result> {
    const { client, clusterName, isReadOnly } = this.#options
    if (isReadOnly) throw new TidemarkError('CLUSTER_READ_ONLY', { cluster: clusterName, what })
    const transport = transportOf(client)
    try {
      return await work(await this.#cluster())
    } catch (error) {
      throw tableError(what, error, transport)
    }
  }

  /** A cluster once connected mends itself; an attempt that failed is made anew by the next change. */
  #cluster(): Promise<Cluster> {
    const connecting = () =>
      Cluster.connect(transportOf(this.#options.client), { clock: systemClock, random: systemRandom })
    this.#connecting ??= connecting().catch(error => {
      this.#connecting = undefined
      throw error
    })
    return this.#connecting
  }
}

/** @returns where the group stands. */
async function refuseActive(cluster: Cluster, groupId: string, verb: 'reset' | 'delete'): Promise<readonly Position[]> {
  const { brokers } = await cluster.describe([])
  const groups = await new GroupLists(cluster).read(brokers)
  const own = groups.items.filter(group => group.groupId === groupId)
  const { byGroup } = await readMembers(cluster, own)
  const members = byGroup.get(groupId)?.members ?? []
  if (members.length > 0)
    throw new TidemarkError('GROUP_ACTIVE', {
      groupId,
      verb,
      members: members.map(({ clientId, clientHost }) => `${clientId} (${clientHost})`),
    })
  const committed = await readCommitted(cluster, own)
  return (committed.byGroup.get(groupId) ?? []).map(({ topic, partition, offset, metadata }) => ({
    topic,
    partition,
    offset,
    metadata,
  }))
}

function checkTopics(results: readonly TopicResult[]): void {
  for (const { topic, errorCode, message } of results) {
    // A client that reads may wait for a topic to appear; one that deletes it has misspelt it.
    if (errorCode === unknownTopic) throw new TidemarkError('TOPIC_UNKNOWN', { topics: [topic] })
    checkCode(`the change of topic ${topic}`, errorCode, message)
  }
}

const unknownTopic = 3
