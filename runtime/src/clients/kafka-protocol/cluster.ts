/**
 * The brokers behind one connection of a user: who they are, which leads what, and a way to send each of them a request.
 *
 * Metadata is a belief. It is asked anew when a broker contradicts it, when a broker cannot be reached, and when it is
 * older than its age limit; nothing here ever moves a position.
 */
import { reasonOf, TidemarkError } from '../../errors.ts'
import { partitionName, type TopicPartition } from '../../semantics/ranges.ts'
import { type BrokerConnections, openBrokerConnections } from './brokerConnections.ts'
import { KafkaCodeError } from './errorCodes.ts'
import type { ApiVersions } from './requests/apiVersions.ts'
import { type CoordinatorKind, findCoordinator } from './requests/findCoordinator.ts'
import { type MetadataAnswer, type MetadataTopic, metadata } from './requests/metadata.ts'
import { type RetryBounds, retrying, type Surroundings } from './retries.ts'
import { type Request, type Transport, TransportError } from './transport.ts'

/** What a request's failure means to the caller is the caller's; how long it is tried again is this. */
const retryTimeoutMs = 30_000

export class Cluster {
  readonly surroundings: Surroundings
  readonly #connections: BrokerConnections
  readonly #coordinators = new Map<string, number>()
  readonly #topics = new Map<string, MetadataTopic>()
  #staleTopics = new Set<string>()

  private constructor(connections: BrokerConnections, surroundings: Surroundings) {
    this.#connections = connections
    this.surroundings = surroundings
  }

  /** @throws TidemarkError BROKER_UNREACHABLE, AUTHENTICATION_FAILED, BROKER_TOO_OLD. */
  static async connect(transport: Transport, surroundings: Surroundings): Promise<Cluster> {
    const connections = await openBrokerConnections(transport)
    const cluster = new Cluster(connections, surroundings)
    try {
      await cluster.#learn([])
      return cluster
    } catch (error) {
      cluster.close()
      throw error
    }
  }

  get transport(): Transport {
    return this.#connections.transport
  }

  get versions(): ApiVersions {
    return this.#connections.versions
  }

  supports(apiKey: number, version: number): boolean {
    return this.#connections.supports(apiKey, version)
  }

  /** Fresh metadata of these topics, or of all. Topics that do not exist are left out. */
  async describe(topics: readonly string[] | undefined, bounds: Partial<RetryBounds> = {}): Promise<MetadataAnswer> {
    return this.#retrying(() => this.#learn(topics), bounds)
  }

  /** The leaders of these partitions as believed; those that have none at the moment, or do not exist, are `missing`. */
  async leaders<Item extends TopicPartition>(
    partitions: readonly Item[],
  ): Promise<{ readonly byLeader: ReadonlyMap<number, Item[]>; readonly missing: readonly Item[] }> {
    const unknown = new Set(partitions.map(({ topic }) => topic).filter(topic => this.#isStale(topic)))
    if (unknown.size > 0) await this.#learn([...unknown])
    const byLeader = new Map<number, Item[]>()
    const missing: Item[] = []
    for (const item of partitions) {
      const leader = this.leaderOf(item)
      if (leader === undefined) missing.push(item)
      else byLeader.set(leader, [...(byLeader.get(leader) ?? []), item])
    }
    for (const item of missing) this.#staleTopics.add(item.topic)
    return { byLeader, missing }
  }

  leaderOf({ topic, partition }: TopicPartition): number | undefined {
    const known = this.#topics.get(topic)?.partitions
    const found =
      known?.[partition]?.partition === partition ? known[partition] : known?.find(p => p.partition === partition)
    return found && found.leader >= 0 ? found.leader : undefined
  }

  /** What is believed about a topic; `undefined` when it is not known to exist. */
  knownTopic(topic: string): MetadataTopic | undefined {
    return this.#topics.get(topic)
  }

  /** What is believed of this topic was contradicted: the next look at its leaders asks again. */
  doubt(topic: string): void {
    this.#staleTopics.add(topic)
  }

  /** `orders/0 on broker localhost:9092`, for messages. */
  describePlace(nodeId: number, partition: TopicPartition): string {
    return `${partitionName(partition)} on broker ${this.#connections.addressOf(nodeId)}`
  }

  addressOf(nodeId: number): string {
    return this.#connections.addressOf(nodeId)
  }

  /** Sends to one broker, once. */
  send<Answer>(nodeId: number, request: Request<Answer>): Promise<Answer> {
    return this.#connections.send(nodeId, request)
  }

  /** Sends to whichever broker answers; retried, also for codes that `check` throws. */
  sendToAny<Answer>(request: Request<Answer>, check: (answer: Answer) => void): Promise<Answer> {
    return this.#retrying(async () => {
      const answer = await this.#connections.sendToAny(request)
      check(answer)
      return answer
    })
  }

  /** Sends to the controller as believed by a fresh metadata answer; retried when it has moved. */
  sendToController<Answer>(request: Request<Answer>, check: (answer: Answer) => void): Promise<Answer> {
    return this.#retrying(async () => {
      const { controllerId } = await this.#learn([])
      const answer =
        controllerId >= 0 ? await this.send(controllerId, request) : await this.#connections.sendToAny(request)
      check(answer)
      return answer
    })
  }

  /**
   * Sends to the coordinator of a group or transactional id, looked up as often as it moves.
   *
   * @param check throws KafkaCodeError for codes in the answer, so that those which say "ask the other coordinator" are.
   */
  async sendToCoordinator<Answer>(
    kind: CoordinatorKind,
    key: string,
    request: Request<Answer>,
    check: (answer: Answer) => void,
    bounds: Partial<RetryBounds> = {},
  ): Promise<Answer> {
    return this.#retrying(
      async () => {
        const answer = await this.sendToCoordinatorOnce(kind, key, request)
        check(answer)
        return answer
      },
      bounds,
      error => this.forgetCoordinatorAfter(kind, key, error),
    )
  }

  /** One attempt, for callers that have a schedule of their own (heartbeats, rejoins). */
  async sendToCoordinatorOnce<Answer>(kind: CoordinatorKind, key: string, request: Request<Answer>): Promise<Answer> {
    const name = `${kind} ${key}`
    let nodeId = this.#coordinators.get(name)
    if (nodeId === undefined) {
      const found = await this.#connections.sendToAny(findCoordinator(kind, key))
      this.#connections.know(found.nodeId, found)
      nodeId = found.nodeId
      this.#coordinators.set(name, nodeId)
    }
    return this.send(nodeId, request)
  }

  /** Forgets the coordinator when the error says, or may mean, that it has moved. */
  forgetCoordinatorAfter(kind: CoordinatorKind, key: string, error: unknown): void {
    const hasMoved = error instanceof KafkaCodeError ? error.stale === 'coordinator' : true
    if (hasMoved) this.#coordinators.delete(`${kind} ${key}`)
  }

  close(): void {
    this.#connections.close()
  }

  #isStale(topic: string): boolean {
    return !this.#topics.has(topic) || this.#staleTopics.has(topic)
  }

  async #learn(topics: readonly string[] | undefined): Promise<MetadataAnswer> {
    const version = this.#connections.supports(3, 10) ? 10 : 9
    const answer = await this.#connections.sendToAny(metadata(topics, version))
    for (const broker of answer.brokers) this.#connections.know(broker.nodeId, broker)
    for (const topic of topics ?? this.#topics.keys()) this.#topics.delete(topic)
    for (const topic of answer.topics) if (topic.errorCode === 0) this.#topics.set(topic.topic, topic)
    for (const { topic } of answer.topics) this.#staleTopics.delete(topic)
    return answer
  }

  async #retrying<Result>(
    attempt: () => Promise<Result>,
    bounds: Partial<RetryBounds> = {},
    beforeRetry?: (error: unknown) => void,
  ): Promise<Result> {
    return retrying(this.surroundings, { retryTimeoutMs, ...bounds }, attempt, beforeRetry)
  }
}

/** An error of the engine as one of the table, named by what was attempted. Errors of the table pass through. */
export function tableError(step: string, error: unknown, transport: Transport): Error {
  if (error instanceof TidemarkError) return error
  if (error instanceof TransportError)
    return new TidemarkError(
      'BROKER_UNREACHABLE',
      { brokers: error.broker, step, reason: error.message },
      { cause: error },
    )
  if (!(error instanceof KafkaCodeError))
    return error instanceof Error ? error : new Error(reasonOf(error), { cause: error })
  if (error.codeName.endsWith('AUTHORIZATION_FAILED'))
    return new TidemarkError(
      'AUTHORIZATION_FAILED',
      { operation: 'make the request', resource: `${error.request} (${error.message}) on ${transport.brokersText}` },
      { cause: error },
    )
  const { request } = error
  if (error.codeName === 'OFFSET_METADATA_TOO_LARGE')
    return new TidemarkError(error.codeName, { what: request, effect: 'it was refused' }, { cause: error })
  if (error.codeName === 'ILLEGAL_SASL_STATE' || error.codeName === 'SASL_AUTHENTICATION_FAILED')
    return new TidemarkError(
      'AUTHENTICATION_FAILED',
      { brokers: transport.brokersText, mechanism: 'SASL', reason: error.message },
      { cause: error },
    )
  const code = error.isRetriable ? 'KAFKA_REQUEST_FAILED' : 'KAFKA_REQUEST_REFUSED'
  return new TidemarkError(code, { request, reason: error.message }, { cause: error })
}
