/** A consumer group in memory: generations, members that must give up before others get, and zombies. */
import type { CommittedOffset, GroupMembership, JoinOptions, MemberIdentity } from '../clients/client.ts'
import { FencedError, TidemarkError } from '../errors.ts'
import { partitionName, type TopicPartition } from '../semantics/ranges.ts'

type Offset = TopicPartition & { readonly offset: bigint; readonly metadata?: string }

export class FakeGroup {
  readonly groupId: string
  readonly #partitionsOf: (topics: readonly string[] | RegExp) => readonly TopicPartition[]
  readonly #committed = new Map<string, CommittedOffset>()
  #members: FakeMember[] = []
  #generation = 0
  #memberNumber = 0
  #rebalances: Promise<void> = Promise.resolve()
  #firstServed: 'first' | 'last' = 'first'
  /** The broker's `offset.metadata.max.bytes`. */
  offsetMetadataBytesMax = 4_096

  constructor(groupId: string, partitionsOf: (topics: readonly string[] | RegExp) => readonly TopicPartition[]) {
    this.groupId = groupId
    this.#partitionsOf = partitionsOf
  }

  /** Who gets the first partition at the next rebalance: the member that has been there longest, or the newest. */
  prefer(firstServed: 'first' | 'last'): void {
    this.#firstServed = firstServed
  }

  committed(partition: TopicPartition): CommittedOffset {
    const { topic, partition: number } = partition
    return (
      this.#committed.get(partitionName(partition)) ?? {
        topic,
        partition: number,
        offset: undefined,
        metadata: undefined,
      }
    )
  }

  async join(options: JoinOptions): Promise<FakeMember> {
    const member = new FakeMember(this, `member-${++this.#memberNumber}`, options)
    this.#members.push(member)
    const joined = Promise.withResolvers<void>()
    this.rebalance(joined.resolve)
    await joined.promise
    return member
  }

  /** Every partition is given up, then all are dealt out anew under the next generation. */
  rebalance(onJoined?: () => void): void {
    this.#rebalances = this.#rebalances.then(async () => {
      await Promise.all(this.#members.map(member => member.giveUp()))
      this.#generation++
      const members = this.#firstServed === 'first' ? this.#members : this.#members.toReversed()
      const dealt = new Map<FakeMember, TopicPartition[]>(members.map(member => [member, []]))
      const all = this.#partitionsOf(members[0]?.options.topics ?? [])
      for (const [index, partition] of all.entries())
        dealt.get(members[index % members.length] as FakeMember)?.push(partition)
      for (const [member, partitions] of dealt) member.take(partitions, this.#generation)
      onJoined?.()
      await Promise.all(members.map(member => member.options.onAssigned(member.assignment)))
    })
  }

  /** The member's session ends without its knowledge: it is a zombie until `wake`. */
  expire(member: FakeMember): void {
    this.#members = this.#members.filter(each => each !== member)
    this.rebalance()
  }

  async settled(): Promise<void> {
    await this.#rebalances
  }

  check(identity: MemberIdentity, partitions: readonly TopicPartition[]): void {
    const isMember = this.#members.some(member => member.memberId === identity.memberId)
    if (!isMember) throw new FencedError(partitions, `${identity.memberId} is no member of ${this.groupId} any more`)
    if (identity.generation !== this.#generation) {
      throw new FencedError(partitions, `generation ${identity.generation} has passed, it is ${this.#generation} now`)
    }
  }

  checkMetadata(offsets: readonly Offset[]): void {
    const tooLong = offsets.find(({ metadata = '' }) => Buffer.byteLength(metadata) > this.offsetMetadataBytesMax)
    if (tooLong === undefined) return
    const what = `a commit of ${partitionName(tooLong)} in group ${this.groupId}`
    throw new TidemarkError('OFFSET_METADATA_TOO_LARGE', { what, effect: 'it was refused' })
  }

  store(offsets: readonly Offset[]): void {
    for (const { topic, partition, offset, metadata } of offsets) {
      this.#committed.set(partitionName({ topic, partition }), { topic, partition, offset, metadata })
    }
  }

  remove(member: FakeMember): void {
    if (!this.#members.includes(member)) return
    this.#members = this.#members.filter(each => each !== member)
    if (this.#members.length > 0) this.rebalance()
  }
}

export class FakeMember implements GroupMembership {
  readonly options: JoinOptions
  readonly memberId: string
  readonly #group: FakeGroup
  #assignment: readonly TopicPartition[] = []
  #generation = 0

  constructor(group: FakeGroup, memberId: string, options: JoinOptions) {
    this.#group = group
    this.memberId = memberId
    this.options = options
  }

  get groupId(): string {
    return this.#group.groupId
  }

  get assignment(): readonly TopicPartition[] {
    return this.#assignment
  }

  identity(): MemberIdentity {
    return { groupId: this.groupId, memberId: this.memberId, generation: this.#generation, groupInstanceId: undefined }
  }

  async commit(offsets: readonly Offset[]): Promise<void> {
    this.#group.check(this.identity(), offsets)
    this.#group.checkMetadata(offsets)
    this.#group.store(offsets)
  }

  async leave(): Promise<void> {
    this.#group.remove(this)
  }

  async giveUp(): Promise<void> {
    if (this.#assignment.length > 0) await this.options.onRevoked(this.#assignment)
    this.#assignment = []
  }

  take(assignment: readonly TopicPartition[], generation: number): void {
    this.#assignment = assignment
    this.#generation = generation
  }

  /** The zombie learns that its session has ended. */
  wake(): void {
    const lost = this.#assignment
    this.#assignment = []
    this.options.onLost(lost)
  }
}
