/**
 * The Kafka port: everything the processor and the monitor ask of a Kafka client, and nothing of how one answers.
 *
 * Positions, ranges, filtering, commits and handlers are ours; an adapter is transport, decoder and group membership.
 * What an adapter cannot do safely it says in `capabilities`, and the processor refuses it at start, by name.
 */
import type { TopicPartition } from '../semantics/ranges.ts'

/** What a user's code hands to `createProcessor`: `kafkajs(new Kafka({...}))`. Nothing is connected yet. */
export interface KafkaClient {
  /** Shown in messages: `kafkajs 2.2.4`. */
  readonly name: string
  readonly capabilities: ClientCapabilities
  /** @throws TidemarkError BROKER_UNREACHABLE, AUTHENTICATION_FAILED, ... naming the broker and the step. */
  connect(): Promise<KafkaConnection>
}

/** What an adapter promises; each is proven by the conformance suite, and refused by name where it is false. */
export interface ClientCapabilities {
  /** Commits carry member and generation, so that a zombie's commit is refused by the broker. */
  readonly fencedCommits: boolean
  /** Transactions whose offset commit carries member and generation (KIP-447). */
  readonly fencedTransactions: boolean
  /** A produce error never loses or doubles a record that was acknowledged. */
  readonly safeIdempotentProduce: boolean
}

export interface KafkaConnection {
  /** Brokers, topic ids, partitions and leaders. A name that does not exist is left out of the answer. */
  describeTopics(topics: readonly string[] | RegExp): Promise<readonly TopicDescription[]>
  /** Log start, last stable offset and high watermark; asked of each leader. @throws TidemarkError TOPIC_UNKNOWN */
  logOffsets(partitions: readonly TopicPartition[]): Promise<readonly LogOffsets[]>
  /** First offset whose record time is at or after `timestampMs`; `undefined` where there is none. */
  offsetsForTime(partitions: readonly TopicPartition[], timestampMs: number): Promise<readonly OffsetForTime[]>
  /**
   * Records from exactly the positions asked, one request a leader; waits up to `maxWaitMs` for `minBytes`.
   * A partition that fails is answered with its error in its place; the others are not disturbed.
   */
  fetch(request: FetchRequest): Promise<readonly FetchedPartition[]>
  /**
   * Joins a consumer group; resolves when the group has taken us in, then calls `onAssigned`. Callbacks are awaited, one at a time.
   * Unknown topics are allowed: their partitions are assigned when they appear.
   */
  join(options: JoinOptions): Promise<GroupMembership>
  /** Committed offsets without joining the group. A partition never committed has `offset: undefined`. */
  committedOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<readonly CommittedOffset[]>
  /** A producer; with `transactionalId` its epoch is bumped before this resolves, which fences the one before. */
  producer(options: ProducerOptions): Promise<KafkaProducer>
  createTopics(topics: readonly NewTopic[]): Promise<void>
  deleteTopics(topics: readonly string[]): Promise<void>
  /** Deletes all records below the offsets, for good and for every reader. For a debugger; absent where a client cannot. */
  deleteRecords?(before: readonly (TopicPartition & { readonly offset: bigint })[]): Promise<void>
  /** For a debugger; absent where a client cannot. */
  readonly debug?: DebugConnection
  close(): Promise<void>
}

/** What a debug run asks of the cluster beside what its pipeline asks. */
export interface DebugConnection {
  /** Every broker as it advertises itself, `host:port`. */
  brokers(): Promise<readonly string[]>
  clusterId(): Promise<string | undefined>
  /** The longest session that a member may ask for, `group.max.session.timeout.ms`; `undefined` where brokers do not tell. */
  sessionTimeoutMsMax(): Promise<number | undefined>
  /** All groups; `isEmpty`: known to have no member. */
  groups(): Promise<readonly { readonly groupId: string; readonly isEmpty: boolean }[]>
  /** Has every member of the group leave, whoever it is. */
  removeMembers(groupId: string): Promise<void>
  /** @throws TidemarkError it has members. */
  deleteGroup(groupId: string): Promise<void>
}

export interface TopicDescription {
  readonly topic: string
  /** Base64url of the 16-byte topic id (KIP-516); `undefined` from brokers without it. A recreated topic has another. */
  readonly topicId: string | undefined
  readonly isInternal: boolean
  readonly partitions: readonly {
    readonly partition: number
    readonly leader: number
    readonly replicas: readonly number[]
    readonly isr: readonly number[]
  }[]
}

export interface LogOffsets extends TopicPartition {
  readonly logStartOffset: bigint
  readonly lastStableOffset: bigint
  readonly highWatermark: bigint
}

export interface OffsetForTime extends TopicPartition {
  readonly offset: bigint | undefined
}

export interface CommittedOffset extends TopicPartition {
  readonly offset: bigint | undefined
  readonly metadata: string | undefined
}

export interface FetchRequest {
  readonly partitions: readonly (TopicPartition & {
    readonly offset: bigint
    readonly maxBytes: number
    /**
     * The topic that the offset belongs to. When another one has taken its name since, the answer is
     * UNKNOWN_TOPIC_OR_PARTITION instead of its records (brokers from Kafka 3.1).
     */
    readonly topicId?: string | undefined
  })[]
  readonly isolation: 'read_committed' | 'read_uncommitted'
  readonly maxWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly signal?: AbortSignal
}

export interface FetchedPartition extends TopicPartition {
  /** `undefined`: fine. A retriable error needs nothing but another fetch. */
  readonly error: FetchError | undefined
  /**
   * Records at or after the asked offset, in offset order; control records never appear, nor aborted data when committed was asked.
   * Walked when first read, so the next fetch can leave before. @throws TidemarkError CORRUPT_RECORD
   */
  readonly records: RecordList
  /** Where the next fetch starts: past everything this answer covered, markers, aborted records and gaps included. */
  readonly nextOffset: bigint
  /** This and the next two: -1 where the answer is an error. */
  readonly logStartOffset: bigint
  readonly lastStableOffset: bigint
  readonly highWatermark: bigint
  /** Bytes of the log this answer holds in memory; what prefetch bounds count. */
  readonly sizeBytes: number
}

export interface FetchError {
  readonly code:
    | 'OFFSET_OUT_OF_RANGE'
    | 'UNKNOWN_TOPIC_OR_PARTITION'
    | 'TOPIC_AUTHORIZATION_FAILED'
    | 'UNSUPPORTED_CODEC'
    | 'CORRUPT_RECORD'
    | 'RETRIABLE'
  readonly message: string
}

/**
 * Records in offset order; an array is one.
 *
 * A client may keep only where each record lies: a record is then an object while somebody looks at it, and `at` makes it anew each time.
 * Objects that wait for their turn outlive V8's young generation, which grows until it is most of what a process takes.
 */
export interface RecordList extends Iterable<KafkaRecord> {
  readonly length: number
  /** As an array's: from the end where it is negative, `undefined` where there is none. */
  at(index: number): KafkaRecord | undefined
  slice(from?: number, until?: number): RecordList
}

/**
 * One record, decoded lazily: key, value and headers are cut from the fetch answer's buffer when they are first read.
 * It keeps that buffer alive: copy what outlives the batch.
 */
export interface KafkaRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  /** Milliseconds since the epoch, as the producer (CreateTime) or broker (LogAppendTime) wrote it. */
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** The value as text, where the client can cut it without a buffer in between: faster when it is parsed anyway. */
  readonly valueText?: string | null
  readonly headers: readonly (readonly [name: string, value: Buffer | null])[]
}

export interface JoinOptions {
  readonly groupId: string
  readonly topics: readonly string[] | RegExp
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly heartbeatIntervalMs: number
  /** How often added partitions and newly matching topics are looked for. @defaultValue 30_000 ms */
  readonly metadataRefreshIntervalMs?: number
  /** Static membership (KIP-345). */
  readonly groupInstanceId?: string
  /** Partitions that are ours from now on, in the named generation. Fetching them starts when it resolves. */
  onAssigned(partitions: readonly TopicPartition[]): Promise<void>
  /** Partitions we still own but are about to give up: finish, commit, then resolve. Bounded by `rebalanceTimeoutMs`. */
  onRevoked(partitions: readonly TopicPartition[]): Promise<void>
  /** Partitions that are no longer ours (session expired, generation passed): nothing may be committed for them. */
  onLost(partitions: readonly TopicPartition[]): void
  /** The membership ended for good; the error says why. */
  onError(error: Error): void
}

export interface GroupMembership {
  readonly groupId: string
  /**
   * Member and generation, as every fenced request carries them; changes with each rebalance.
   * @throws FencedError between generations, and once the session is over.
   */
  identity(): MemberIdentity
  readonly assignment: readonly TopicPartition[]
  /**
   * Commits positions under member and generation, of assigned partitions only. Works inside `onRevoked`.
   * @throws FencedError the group has moved on; nothing was committed.
   * @throws CommitUnknownError the reply was lost and asking again did not help: read back.
   */
  commit(offsets: readonly (TopicPartition & { readonly offset: bigint; readonly metadata?: string })[]): Promise<void>
  /**
   * Has the coordinator give this member up, as it does when a session ends, and leaves the member believing that it still belongs: a
   * zombie. For a debugger; absent where a client cannot.
   */
  expire?(): Promise<void>
  /** Ends the membership without calling back: drain and commit before. A static member only falls silent. May be called in a callback. */
  leave(): Promise<void>
}

export interface MemberIdentity {
  readonly groupId: string
  readonly memberId: string
  readonly generation: number
  readonly groupInstanceId: string | undefined
}

export interface ProducerOptions {
  readonly transactionalId?: string
  /** After this the broker aborts an open transaction by itself. @defaultValue 60_000 ms */
  readonly transactionTimeoutMs?: number
  /** How long a batch is tried again before `send` rejects. @defaultValue 30_000 ms */
  readonly deliveryTimeoutMs?: number
  /**
   * Most bytes of one batch before compression. A larger record goes alone; where a topic takes less (`max.message.bytes`), batches are split.
   * @defaultValue 1_000_000 bytes
   */
  readonly batchBytesMax?: number
  /** @defaultValue 'none' */
  readonly compression?: 'none' | 'gzip'
}

export interface KafkaProducer {
  readonly producerId: bigint
  readonly epoch: number
  /**
   * Resolves when every record is acknowledged by all in-sync replicas, with one offset a partition: that of its first
   * record (-1 where the broker no longer knows it). Concurrent sends are coalesced; a partition keeps their order.
   *
   * @throws FencedError a newer producer has the transactional id.
   * @throws ProduceError `indefinite` when the records may be stored: this producer is of no more use, open another.
   */
  send(records: readonly OutgoingRecord[]): Promise<readonly (TopicPartition & { readonly offset: bigint })[]>
  begin(): void
  /** Adds consumed positions to the open transaction, under member and generation where the client can (KIP-447). */
  sendOffsets(
    identity: MemberIdentity,
    offsets: readonly (TopicPartition & { readonly offset: bigint; readonly metadata?: string })[],
  ): Promise<void>
  /**
   * Waits for what was sent, then commits. A lost reply is asked for again.
   * @throws FencedError, ProduceError: nothing was committed.
   * @throws CommitUnknownError the outcome is unknown: discard the producer, open another (which settles it), read the offsets back.
   */
  commit(): Promise<void>
  /** Drops what was not sent and aborts; after a ProduceError the producer must be replaced all the same. */
  abort(): Promise<void>
  close(): Promise<void>
}

export interface OutgoingRecord {
  readonly topic: string
  readonly partition?: number
  readonly key?: Buffer | string | null
  readonly value: Buffer | string | null
  readonly headers?: readonly (readonly [name: string, value: Buffer | string | null])[]
  readonly timestampMs?: number
}

export interface NewTopic {
  readonly topic: string
  readonly partitions: number
  readonly replicationFactor?: number
  readonly configs?: Readonly<Record<string, string>>
}
