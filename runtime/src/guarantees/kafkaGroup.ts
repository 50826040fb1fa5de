import type { GroupMembership, KafkaConnection, TopicDescription } from '../clients/client.ts'
import { bug, FencedError, TidemarkError } from '../errors.ts'
import { partitionName, type TopicPartition } from '../semantics/ranges.ts'
import { checkRanges } from '../stores/shared/checks.ts'
import type { OffsetStore, OpenStore, StoreCommit, StoredOffset } from '../stores/store.ts'
import { keptIn, MetadataRoom, proofsIn, proofText, type TopicFacts } from './groupMetadata.ts'

/** What positions in a Kafka group are kept with: a live membership. */
export interface GroupAccess {
  readonly groupId: string
  readonly connection: KafkaConnection
  readonly membership: () => GroupMembership
  /** Runs a request again while it fails with a retriable error. */
  readonly patiently: <T>(what: string, request: () => Promise<T>) => Promise<T>
  readonly notice: (error: TidemarkError) => void
}

export interface GroupOffset extends TopicPartition {
  readonly offset: bigint
  readonly metadata: string
}

export interface OpenGroup extends OpenStore {
  /** As `commit`, by a road of the caller's own: a Kafka transaction. */
  commitBy(commit: StoreCommit<never>, send: (offsets: readonly GroupOffset[]) => Promise<void>): Promise<void>
  /** What another group has, for looking only. */
  readFrom(groupId: string, partitions: readonly TopicPartition[]): Promise<StoredOffset[]>
  /** Remembers topics as they are now, those of which nothing is kept yet. */
  meet(topics: readonly TopicDescription[]): void
  factsOf(topic: string): TopicFacts | undefined
}

/**
 * The committed offsets of a Kafka group, as a store: where positions live when a guarantee is given no other.
 *
 * Every commit goes under member and generation, so that the broker refuses a zombie's. The commit's metadata keeps what the next start
 * must know of the topic: its id, since a topic deleted and created anew is another one, and how many partitions it had when this
 * pipeline first saw it. (A position for every partition, as in a store, cannot be written here: a commit is not an insert, and would
 * overwrite another member's.)
 *
 * What the other stores have and this one has not: a compare-and-set on each row (member and generation stand in its place), an insert,
 * frozen plans, and a history of proofs (the last one of each partition is kept).
 */
export function kafkaGroup(access: GroupAccess): OffsetStore & { open(): Promise<OpenGroup> } {
  return {
    kind: 'kafkaGroup',
    name: 'Kafka group',
    isTransactional: false,
    open: async () => new KafkaGroup(access),
  }
}

class KafkaGroup implements OpenGroup {
  readonly #access: GroupAccess
  readonly #facts = new Map<string, TopicFacts>()
  readonly #known = new Map<string, TopicPartition>()
  readonly #room: MetadataRoom
  #isClosed = false

  constructor(access: GroupAccess) {
    this.#access = access
    this.#room = new MetadataRoom(access.groupId, access.notice)
  }

  async read(partitions: readonly TopicPartition[]): Promise<StoredOffset[]> {
    this.#check()
    return this.readFrom(this.#access.groupId, partitions)
  }

  async readFrom(groupId: string, partitions: readonly TopicPartition[]): Promise<StoredOffset[]> {
    const committed = await this.#access.connection.committedOffsets(groupId, partitions)
    return committed.flatMap(({ topic, partition, offset, metadata }) => {
      this.#known.set(partitionName({ topic, partition }), { topic, partition })
      const { facts, note } = keptIn(metadata)
      if (facts && !this.#facts.has(topic)) this.#facts.set(topic, facts)
      return offset === undefined ? [] : [{ topic, partition, offset, metadata: note, topicId: facts?.topicId }]
    })
  }

  meet(topics: readonly TopicDescription[]): void {
    for (const { topic, topicId, partitions } of topics)
      if (!this.#facts.has(topic)) this.#facts.set(topic, { topicId, firstPartitionCount: partitions.length })
  }

  factsOf(topic: string): TopicFacts | undefined {
    return this.#facts.get(topic)
  }

  async initialize(offset: StoredOffset): Promise<StoredOffset> {
    this.#check()
    if (offset.topicId !== undefined && !this.#facts.has(offset.topic)) this.#learn(offset)
    await this.#write([offset])
    return offset
  }

  async commit(commit: StoreCommit<never>): Promise<void> {
    await this.commitBy(commit, offsets =>
      this.#access.patiently('the commit', () => this.#access.membership().commit(offsets)),
    )
  }

  async commitBy(
    { ranges, proof, metadata: note }: StoreCommit<never>,
    send: (offsets: readonly GroupOffset[]) => Promise<void>,
  ): Promise<void> {
    this.#check()
    checkRanges(ranges)
    const written = { ...proof }
    await this.#room.fit(textOf =>
      send(
        ranges.map(range => {
          const { topic, partition, untilOffset } = range
          const kept = { facts: this.#facts.get(topic), note, proof: proofText(written, range) }
          return { topic, partition, offset: untilOffset, metadata: textOf(kept) }
        }),
      ),
    )
  }

  async reset(offsets: readonly StoredOffset[]): Promise<readonly StoredOffset[]> {
    const before = await this.read(offsets)
    for (const offset of offsets) this.#learn(offset)
    await this.#write(offsets)
    return before
  }

  async replace(from: StoredOffset, to: StoredOffset): Promise<void> {
    const [now] = await this.read([from])
    if (now?.offset !== from.offset || now.topicId !== from.topicId) {
      throw new FencedError([from], `the group stands at ${now?.offset ?? 'no offset'}, not at ${from.offset}`)
    }
    this.#learn(to)
    await this.#write([to])
  }

  async writePlan(): Promise<void> {
    bug('a batch was frozen in a Kafka group, which cannot compare')
  }

  async readPlans(): Promise<[]> {
    return []
  }

  async proofs(limit: number): Promise<ReturnType<typeof proofsIn>> {
    this.#check()
    const { connection, membership, groupId } = this.#access
    for (const each of membership().assignment) this.#known.set(partitionName(each), each)
    return proofsIn(await connection.committedOffsets(groupId, [...this.#known.values()])).slice(0, limit)
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }

  /** What is kept of a topic whose id is another one now. */
  #learn({ topic, topicId }: StoredOffset): void {
    this.#facts.set(topic, { firstPartitionCount: 0, ...this.#facts.get(topic), topicId })
  }

  async #write(offsets: readonly StoredOffset[]): Promise<void> {
    await this.#room.fit(textOf => {
      const written = offsets.map(({ topic, partition, offset, metadata: note }) => {
        return { topic, partition, offset, metadata: textOf({ facts: this.#facts.get(topic), note }) }
      })
      return this.#access.patiently('the commit', () => this.#access.membership().commit(written))
    })
  }

  #check(): void {
    if (this.#isClosed) throw new TidemarkError('CONNECTION_CLOSED', { what: 'The Kafka group' })
  }
}
