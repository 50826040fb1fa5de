/** The Kafka port, kept by the protocol engine over any transport. */
import { systemClock } from '../../clock.ts'
import { TidemarkError } from '../../errors.ts'
import { systemRandom } from '../../random.ts'
import { partitionName, type TopicPartition } from '../../semantics/ranges.ts'
import type {
  CommittedOffset,
  DebugConnection,
  FetchedPartition,
  FetchRequest,
  GroupMembership,
  JoinOptions,
  KafkaClient,
  KafkaConnection,
  KafkaProducer,
  LogOffsets,
  NewTopic,
  OffsetForTime,
  ProducerOptions,
  TopicDescription,
} from '../client.ts'
import { Cluster, tableError } from './cluster.ts'
import { debugConnection } from './debugConnection.ts'
import { checkCode, codeName, KafkaCodeError } from './errorCodes.ts'
import { Fetcher } from './fetcher.ts'
import { joinMembership } from './membership.ts'
import { committedOffsets, logOffsets, offsetsForTime } from './positions.ts'
import { openProducer } from './producer.ts'
import { deleteRecords } from './requests/deleteRecords.ts'
import { createTopics, deleteTopics, type TopicResult } from './requests/topics.ts'
import { retrying, type Surroundings } from './retries.ts'
import { matches } from './topicWatch.ts'
import type { Transport } from './transport.ts'

/** How long the controller may take to create or delete topics on the brokers. */
const topicsTimeoutMs = 15_000
/** How long a new topic may take until all its partitions have leaders. */
const leadersTimeoutMs = 15_000

export type ClientOptions = Partial<Surroundings>

/** A client of the port from a transport. Everything an engine client promises is kept here, so all promise the same. */
export function protocolClient(transport: Transport, options: ClientOptions = {}): KafkaClient {
  const surroundings = { clock: options.clock ?? systemClock, random: options.random ?? systemRandom }
  const client: KafkaClient = {
    name: transport.name,
    capabilities: { fencedCommits: true, fencedTransactions: true, safeIdempotentProduce: true },
    async connect() {
      try {
        return new ProtocolConnection(await Cluster.connect(transport, surroundings))
      } catch (error) {
        throw tableError('connecting', error, transport)
      }
    },
  }
  transports.set(client, transport)
  return client
}

const transports = new WeakMap<KafkaClient, Transport>()

/**
 * The transport under a client of ours, for those who ask what the port does not (the monitor).
 * @throws TidemarkError OPTION_INVALID the client was made by somebody else.
 */
export function transportOf(client: KafkaClient): Transport {
  const transport = transports.get(client)
  if (transport) return transport
  throw new TidemarkError('OPTION_INVALID', {
    option: 'client',
    value: client.name,
    expected: 'a client of @tidemark/runtime/clients',
  })
}

class ProtocolConnection implements KafkaConnection {
  readonly debug: DebugConnection
  readonly #cluster: Cluster
  readonly #fetcher: Fetcher
  readonly #memberships = new Set<GroupMembership>()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
    this.#fetcher = new Fetcher(cluster)
    this.debug = debugConnection(cluster, (request, work) => this.#told(request, work))
  }

  async describeTopics(topics: readonly string[] | RegExp): Promise<readonly TopicDescription[]> {
    return this.#told('Metadata', async () => {
      const isPattern = topics instanceof RegExp
      const answer = await this.#cluster.describe(isPattern ? undefined : topics)
      for (const { topic, errorCode } of answer.topics)
        if (!isPattern && codeName(errorCode).endsWith('AUTHORIZATION_FAILED'))
          throw new KafkaCodeError(`Metadata of topic ${topic}`, errorCode)
      return answer.topics
        .filter(
          ({ topic, errorCode, isInternal }) =>
            errorCode === 0 && (!isPattern || (!isInternal && matches(topics, topic))),
        )
        .map(({ topic, topicId, isInternal, partitions }) => ({
          topic,
          topicId,
          isInternal,
          partitions: partitions.toSorted((a, b) => a.partition - b.partition),
        }))
    })
  }

  logOffsets(partitions: readonly TopicPartition[]): Promise<readonly LogOffsets[]> {
    return this.#told('ListOffsets', () => logOffsets(this.#cluster, partitions))
  }

  offsetsForTime(partitions: readonly TopicPartition[], timestampMs: number): Promise<readonly OffsetForTime[]> {
    return this.#told('ListOffsets', () => offsetsForTime(this.#cluster, partitions, timestampMs))
  }

  fetch(request: FetchRequest): Promise<readonly FetchedPartition[]> {
    return this.#told('Fetch', () => this.#fetcher.fetch(request))
  }

  async join(options: JoinOptions): Promise<GroupMembership> {
    const membership = await this.#told(`JoinGroup of group ${options.groupId}`, () =>
      joinMembership(this.#cluster, options),
    )
    this.#memberships.add(membership)
    return membership
  }

  committedOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<readonly CommittedOffset[]> {
    return this.#told(`OffsetFetch of group ${groupId}`, () => committedOffsets(this.#cluster, groupId, partitions))
  }

  producer(options: ProducerOptions): Promise<KafkaProducer> {
    const request = `InitProducerId of ${options.transactionalId ?? 'an idempotent producer'}`
    return this.#told(request, () => openProducer(this.#cluster, options))
  }

  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    const withDefaults = topics.map(topic => ({ ...topic, replicationFactor: topic.replicationFactor ?? -1 }))
    await this.#told('CreateTopics', async () => {
      await this.#cluster.sendToController(createTopics(withDefaults, topicsTimeoutMs), checkTopics('CreateTopics'))
      await this.#untilLed(topics)
    })
  }

  async deleteTopics(topics: readonly string[]): Promise<void> {
    await this.#told('DeleteTopics', () =>
      this.#cluster.sendToController(deleteTopics(topics, topicsTimeoutMs), checkTopics('DeleteTopics')),
    )
  }

  async deleteRecords(before: readonly (TopicPartition & { readonly offset: bigint })[]): Promise<void> {
    await this.#told('DeleteRecords', async () => {
      await this.#cluster.describe([...new Set(before.map(({ topic }) => topic))])
      for (const { topic, partition, offset } of before) {
        const leader = this.#cluster.leaderOf({ topic, partition })
        if (leader === undefined) throw new TidemarkError('TOPIC_UNKNOWN', { topics: [topic] })
        const [result] = await this.#cluster.send(leader, deleteRecords({ topic, partition }, offset, topicsTimeoutMs))
        checkCode(`DeleteRecords of ${partitionName({ topic, partition })}`, result?.errorCode ?? -1)
      }
    })
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#memberships].map(membership => membership.leave()))
    this.#cluster.close()
  }

  /** Created is not yet usable: brokers hear of leaders a little later. */
  async #untilLed(topics: readonly NewTopic[]): Promise<void> {
    const wanted = topics.flatMap(({ topic, partitions }) =>
      Array.from({ length: Math.max(1, partitions) }, (_unused, partition) => ({ topic, partition })),
    )
    await retryUntilLed(this.#cluster, wanted)
  }

  async #told<Result>(request: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      throw tableError(request, error, this.#cluster.transport)
    }
  }
}

function checkTopics(request: string): (results: readonly TopicResult[]) => void {
  return results => {
    for (const { topic, errorCode, message } of results) checkCode(`${request} of ${topic}`, errorCode, message)
  }
}

/** Waits until every one of these partitions has a leader that this client's brokers know of. */
export async function retryUntilLed(cluster: Cluster, wanted: readonly TopicPartition[]): Promise<void> {
  await retrying(cluster.surroundings, { retryTimeoutMs: leadersTimeoutMs }, async () => {
    for (const { topic } of wanted) cluster.doubt(topic)
    const { missing } = await cluster.leaders(wanted)
    if (missing[0]) throw new KafkaCodeError(`the leader of ${partitionName(missing[0])}`, leaderNotAvailable)
  })
}

const leaderNotAvailable = 5
