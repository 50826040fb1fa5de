/** Where promises are proven: an adapter, a broker, and what every proof needs of them. */
import type { TestContext } from 'node:test'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { platformatic } from '@tidemark/runtime/clients/platformatic'
import { Kafka, logLevel } from 'kafkajs'
import type {
  FetchedPartition,
  GroupMembership,
  JoinOptions,
  KafkaClient,
  KafkaConnection,
  KafkaRecord,
  NewTopic,
  RecordList,
} from '../../../runtime/src/clients/client.ts'
import type { TopicPartition } from '../../../runtime/src/semantics/ranges.ts'
import type { TestKafka } from '../../harness/kafka.ts'
import { uniqueName } from '../../harness/topics.ts'
import { until } from '../../harness/until.ts'

export interface Adapter {
  /** As `zombie.ts` and the table name it. */
  readonly name: string
  /** Codecs it reads as it is; kafkajs reads snappy and lz4 once they are registered with it. */
  readonly codecs: readonly string[]
  client(brokers: readonly string[]): KafkaClient
}

/** Every adapter there is; a new one is a line here, and proves everything. */
export const adapters: readonly Adapter[] = [
  { name: 'kafkajs', codecs: ['gzip', 'zstd'], client: brokers => kafkajs(bareKafkajs(brokers)) },
  {
    name: '@platformatic/kafka',
    codecs: ['gzip', 'snappy', 'lz4', 'zstd'],
    client: brokers => platformatic({ clientId: 'conformance', bootstrapBrokers: brokers }),
  },
]

/** Something an adapter promises, and the experiment that could refute it. */
export interface Promised {
  /** For the table: `A commit for a partition of another member is refused.` */
  readonly says: string
  /** Which of the ways that bare kafkajs was seen to fail this closes, as numbered in the table. */
  readonly closes?: readonly number[]
  /** Needs so many brokers that no other test touches. */
  readonly needsOwnBrokers?: 1 | 3
  prove(stage: Stage): Promise<void>
}

export class Stage {
  readonly t: TestContext
  readonly adapter: Adapter
  readonly kafka: TestKafka

  constructor(t: TestContext, adapter: Adapter, kafka: TestKafka) {
    this.t = t
    this.adapter = adapter
    this.kafka = kafka
  }

  async connect(brokers: readonly string[] = this.kafka.brokers): Promise<KafkaConnection> {
    const connection = await this.adapter.client(brokers).connect()
    this.t.after(() => connection.close())
    return connection
  }

  async topic(connection: KafkaConnection, partitions = 1, rest: Partial<NewTopic> = {}): Promise<string> {
    const topic = uniqueName('conformance')
    await connection.createTopics([{ topic, partitions, ...rest }])
    return topic
  }

  /** Joins with what proofs mostly want, and writes down what happened. */
  async join(
    connection: KafkaConnection,
    options: Pick<JoinOptions, 'groupId' | 'topics'> & Partial<JoinOptions>,
  ): Promise<ObservedMember> {
    const member = new ObservedMember()
    const membership = await connection.join({
      sessionTimeoutMs: 45_000,
      rebalanceTimeoutMs: 60_000,
      heartbeatIntervalMs: 100,
      ...options,
      onAssigned: async partitions => {
        await options.onAssigned?.(partitions)
        member.events.push({ kind: 'assigned', partitions })
      },
      onRevoked: async partitions => {
        await options.onRevoked?.(partitions)
        member.events.push({ kind: 'revoked', partitions })
      },
      onLost: partitions => {
        options.onLost?.(partitions)
        member.events.push({ kind: 'lost', partitions })
      },
      onError: error => {
        options.onError?.(error)
        member.errors.push(error)
      },
    })
    member.membership = membership
    return member
  }
}

export class ObservedMember {
  readonly events: {
    readonly kind: 'assigned' | 'revoked' | 'lost'
    readonly partitions: readonly TopicPartition[]
  }[] = []
  readonly errors: Error[] = []
  membership: GroupMembership = undefined as unknown as GroupMembership

  count(kind: 'assigned' | 'revoked' | 'lost'): number {
    return this.events.filter(event => event.kind === kind).length
  }

  /** What it owns by its own account, once the last assignment was told. */
  get owned(): readonly number[] {
    const last = this.events.at(-1)
    return last?.kind === 'assigned' ? last.partitions.map(({ partition }) => partition) : []
  }
}

export function bareKafkajs(brokers: readonly string[]): Kafka {
  return new Kafka({
    clientId: 'conformance',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 8, initialRetryTime: 50 },
  })
}

export type Isolation = 'read_committed' | 'read_uncommitted'

export async function fetchOnce(
  connection: KafkaConnection,
  position: TopicPartition & { offset: bigint; maxBytes?: number; topicId?: string | undefined },
  isolation: Isolation = 'read_committed',
): Promise<FetchedPartition> {
  const partitions = [{ maxBytes: 1 << 20, ...position }]
  const [fetched] = await connection.fetch({ partitions, isolation, maxWaitMs: 200, minBytes: 1, maxBytes: 64 << 20 })
  return fetched as FetchedPartition
}

/**
 * All records of a partition from an offset on; for `read_committed` once no transaction is open in it: the markers of one
 * that was committed are written a little after its producer is told so.
 */
export async function readAll(
  connection: KafkaConnection,
  at: TopicPartition,
  isolation: Isolation = 'read_committed',
  from = 0n,
): Promise<KafkaRecord[]> {
  const end = await until(`no transaction is open in ${at.topic}`, async () => {
    const [log] = await connection.logOffsets([at])
    const isOpen = isolation === 'read_committed' && log?.lastStableOffset !== log?.highWatermark
    return isOpen ? undefined : { offset: log?.highWatermark as bigint }
  })
  const records: KafkaRecord[] = []
  for (let offset = from; offset < end.offset; ) {
    const fetched = await fetchOnce(connection, { ...at, offset }, isolation)
    if (fetched.error && fetched.error.code !== 'RETRIABLE') throw new Error(fetched.error.message)
    records.push(...fetched.records)
    offset = fetched.nextOffset
  }
  return records
}

export function values(records: RecordList): string[] {
  return Array.from(records, record => String(record.value))
}
