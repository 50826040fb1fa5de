/**
 * A Kafka in memory behind the client port: the same offset semantics (markers, aborted records, retention, generations, epochs), no
 * network, no waiting. What the loop does over it, it does over a broker.
 */
import type {
  FetchedPartition,
  FetchRequest,
  KafkaClient,
  KafkaConnection,
  NewTopic,
  OutgoingRecord,
  TopicDescription,
} from '../clients/client.ts'
import { type Clock, pause, systemClock } from '../clock.ts'
import { bug } from '../errors.ts'
import { partitionName, type TopicPartition } from '../semantics/ranges.ts'
import { FakeGroup } from './group.ts'
import { FakeLog, type FakeTransaction } from './log.ts'
import { FakeProducer } from './producer.ts'

interface FakeTopic {
  readonly topicId: string
  readonly logs: FakeLog[]
}

export class FakeKafka {
  readonly #clock: Clock
  readonly #topics = new Map<string, FakeTopic>()
  readonly #groups = new Map<string, FakeGroup>()
  readonly #producers = new Map<string, FakeProducer>()
  #arrival = Promise.withResolvers<void>()
  #ids = 0

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  /** A client of the port over this Kafka; its connections end with nothing left behind. */
  client(): KafkaClient {
    const capabilities = { fencedCommits: true, fencedTransactions: true, safeIdempotentProduce: true }
    return { name: 'a Kafka in memory', capabilities, connect: async () => this.#connection() }
  }

  createTopic(topic: string, partitions: number): void {
    const logs = Array.from({ length: partitions }, () => new FakeLog())
    this.#topics.set(topic, { topicId: `id-${++this.#ids}`, logs })
  }

  /** A recreated topic has another id. */
  deleteTopic(topic: string): void {
    this.#topics.delete(topic)
  }

  log({ topic, partition }: TopicPartition): FakeLog {
    return this.#topics.get(topic)?.logs[partition] ?? bug(`no log of ${topic}/${partition}`)
  }

  group(groupId: string): FakeGroup {
    const known = this.#groups.get(groupId)
    if (known) return known
    const group = new FakeGroup(groupId, topics => this.#describe(topics).flatMap(partitionsOf))
    this.#groups.set(groupId, group)
    return group
  }

  /** Puts values at the end of a partition. */
  produce(topic: string, values: readonly string[], partition = 0): void {
    for (const value of values) this.append({ topic, value }, partition, undefined)
  }

  append(record: OutgoingRecord, partition: number, transaction: FakeTransaction | undefined): bigint {
    const { topic, timestampMs = this.#clock.nowMs(), headers = [] } = record
    const named = headers.map(([name, value]) => [name, bytesOf(value)] as const)
    const stored = {
      topic,
      partition,
      timestampMs,
      key: bytesOf(record.key ?? null),
      value: bytesOf(record.value),
      headers: named,
    }
    const offset = this.log({ topic, partition }).append(stored, transaction)
    this.#arrived()
    return offset
  }

  appendMarker({ topic, partition }: TopicPartition): void {
    const marker = { topic, partition, timestampMs: this.#clock.nowMs(), key: null, value: null, headers: [] }
    this.log({ topic, partition }).append(marker, undefined, true)
    this.#arrived()
  }

  partitionFor({ topic, key }: OutgoingRecord): number {
    const count = this.#topics.get(topic)?.logs.length ?? 1
    const text = String(key ?? '')
    return [...text].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % count
  }

  isFenced(producer: FakeProducer, transactionalId: string | undefined): boolean {
    return transactionalId !== undefined && this.#producers.get(transactionalId) !== producer
  }

  #connection(): KafkaConnection {
    return {
      describeTopics: async topics => this.#describe(topics),
      logOffsets: async partitions => partitions.map(each => ({ ...nameOf(each), ...endsOf(this.log(each)) })),
      offsetsForTime: async (partitions, timestampMs) =>
        partitions.map(each => ({ ...nameOf(each), offset: this.log(each).offsetForTime(timestampMs) })),
      fetch: request => this.#fetch(request),
      join: options => this.group(options.groupId).join(options),
      committedOffsets: async (groupId, partitions) => partitions.map(each => this.group(groupId).committed(each)),
      producer: async ({ transactionalId }) => this.#producer(transactionalId),
      createTopics: async topics => this.#create(topics),
      deleteTopics: async topics => topics.forEach(topic => void this.deleteTopic(topic)),
      close: async () => {},
    }
  }

  #create(topics: readonly NewTopic[]): void {
    for (const { topic, partitions } of topics) this.createTopic(topic, partitions)
  }

  #describe(topics: readonly string[] | RegExp): TopicDescription[] {
    const isAsked = (name: string) =>
      topics instanceof RegExp ? new RegExp(`^(?:${topics.source})$`).test(name) : topics.includes(name)
    return [...this.#topics].flatMap(([topic, { topicId, logs }]) => {
      const partitions = logs.map((_log, partition) => ({ partition, leader: 1, replicas: [1], isr: [1] }))
      return isAsked(topic) ? [{ topic, topicId, isInternal: false, partitions }] : []
    })
  }

  async #fetch(request: FetchRequest): Promise<FetchedPartition[]> {
    const answers = this.#read(request)
    if (request.signal?.aborted || answers.some(each => each.error || each.sizeBytes > 0)) return answers
    const over = new AbortController()
    const ended = () => over.abort()
    request.signal?.addEventListener('abort', ended, { once: true })
    await Promise.race([this.#arrival.promise, pause(this.#clock, request.maxWaitMs, over.signal)])
    over.abort()
    request.signal?.removeEventListener('abort', ended)
    return this.#read(request)
  }

  #read({ partitions, isolation }: FetchRequest): FetchedPartition[] {
    return partitions.map(asked => {
      const log = this.#topics.get(asked.topic)?.logs[asked.partition]
      const nothing = { ...nameOf(asked), records: [], nextOffset: asked.offset, sizeBytes: 0 }
      if (!log) {
        const error = { code: 'UNKNOWN_TOPIC_OR_PARTITION', message: `no ${partitionName(asked)}` } as const
        return { ...nothing, error, ...noEnds }
      }
      const found = log.read(asked.offset, asked.maxBytes, isolation)
      if (found) return { ...nameOf(asked), error: undefined, ...found, ...endsOf(log) }
      const error = {
        code: 'OFFSET_OUT_OF_RANGE',
        message: `${partitionName(asked)} does not hold ${asked.offset}`,
      } as const
      return { ...nothing, error, ...endsOf(log) }
    })
  }

  #producer(transactionalId: string | undefined): FakeProducer {
    const before = transactionalId === undefined ? undefined : this.#producers.get(transactionalId)
    before?.end('aborted')
    const producer = new FakeProducer(
      this,
      before?.producerId ?? BigInt(++this.#ids),
      (before?.epoch ?? -1) + 1,
      transactionalId,
    )
    if (transactionalId !== undefined) this.#producers.set(transactionalId, producer)
    return producer
  }

  #arrived(): void {
    this.#arrival.resolve()
    this.#arrival = Promise.withResolvers<void>()
  }
}

const noEnds = { logStartOffset: 0n, lastStableOffset: 0n, highWatermark: 0n }

function endsOf({ logStartOffset, lastStableOffset, highWatermark }: FakeLog) {
  return { logStartOffset, lastStableOffset, highWatermark }
}

function nameOf({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition }
}

function partitionsOf({ topic, partitions }: TopicDescription): TopicPartition[] {
  return partitions.map(({ partition }) => ({ topic, partition }))
}

function bytesOf(value: Buffer | string | null): Buffer | null {
  return typeof value === 'string' ? Buffer.from(value) : value
}
