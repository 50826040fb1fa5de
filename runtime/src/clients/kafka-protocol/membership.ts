/**
 * Membership in a consumer group, by the classic protocol: join, sync, heartbeat, leave.
 *
 * One loop owns the order of things: join -> onAssigned -> (heartbeats) -> onRevoked -> join ... Every callback is
 * awaited before the next step, heartbeats go on meanwhile, and a rebalance is joined only when what was ours is given up.
 *
 * @see https://kafka.apache.org/protocol (JoinGroup, SyncGroup, Heartbeat, LeaveGroup), KIP-62, KIP-345, KIP-394
 */
import { pause } from '../../clock.ts'
import { CommitUnknownError, FencedError, reasonOf, TidemarkError } from '../../errors.ts'
import { partitionName, type TopicPartition } from '../../semantics/ranges.ts'
import type { GroupMembership, JoinOptions, MemberIdentity } from '../client.ts'
import { type Cluster, tableError } from './cluster.ts'
import { checkCode, KafkaCodeError } from './errorCodes.ts'
import { endText, GroupSession, type SessionEnd } from './groupSession.ts'
import { type JoinAnswer, joinGroup, leaveGroup, syncGroup } from './requests/group.ts'
import { type OffsetToCommit, offsetCommit } from './requests/offsets.ts'
import { backoffMs, isRetriable } from './retries.ts'
import {
  assignors,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from './subscription.ts'
import { matchedTopics, watchMetadata } from './topicWatch.ts'
import { TransportError } from './transport.ts'

/** How long passing errors are sat out before `join` rejects; once joined, rejoining is tried for as long as it takes. */
const firstJoinTimeoutMs = 60_000

/** Resolves when the group has taken us in; `onAssigned` follows. @throws TidemarkError when it will not. */
export async function joinMembership(cluster: Cluster, options: JoinOptions): Promise<GroupMembership> {
  const membership = new Membership(cluster, options)
  await membership.start()
  return membership
}

class Membership implements GroupMembership {
  readonly #cluster: Cluster
  readonly #options: JoinOptions
  readonly #leaving = new AbortController()
  #memberId = ''
  #session: GroupSession | undefined
  #whyNone: SessionEnd = { kind: 'rebalance' }
  #commits: Promise<void> = Promise.resolve()

  constructor(cluster: Cluster, options: JoinOptions) {
    this.#cluster = cluster
    this.#options = options
  }

  get groupId(): string {
    return this.#options.groupId
  }

  get assignment(): readonly TopicPartition[] {
    return this.#session?.assignment ?? []
  }

  identity(): MemberIdentity {
    return this.#live([]).identity
  }

  async start(): Promise<void> {
    const first = await this.#joinUntilAccepted(firstJoinTimeoutMs)
    // Callbacks come after `join` has resolved, so that they may use what it resolved with.
    setImmediate(() => void this.#run(first))
  }

  /**
   * Commits of one membership go one after the other: a lost reply is asked again, and must not overtake, and so
   * rewind, the commit that followed it.
   */
  commit(offsets: readonly OffsetToCommit[]): Promise<void> {
    const turn = this.#commits.then(() => this.#commitNow(offsets))
    this.#commits = turn.catch(() => {})
    return turn
  }

  /** Ends the membership without waiting for callbacks, so that a callback may call it. */
  async leave(): Promise<void> {
    if (this.#leaving.signal.aborted) return
    const session = this.#session
    this.#leaving.abort()
    this.#close(session, { kind: 'left' })
    await this.#sayGoodbye()
  }

  async expire(): Promise<void> {
    const { identity } = this.#live([])
    const code = await this.#cluster.sendToCoordinatorOnce('group', this.groupId, leaveGroup(identity))
    checkCode(`LeaveGroup of group ${this.groupId}`, code)
  }

  async #run(first: GroupSession): Promise<void> {
    try {
      for (let session: GroupSession | undefined = first; session; ) {
        await this.#liveThrough(session)
        session = this.#leaving.signal.aborted ? undefined : await this.#joinUntilAccepted()
      }
    } catch (error) {
      if (this.#leaving.signal.aborted) return
      this.#leaving.abort()
      this.#close(this.#session, { kind: 'lost', reason: reasonOf(error) })
      await this.#sayGoodbye()
      this.#options.onError(tableError(`the membership in group ${this.groupId}`, error, this.#cluster.transport))
    }
  }

  /** One generation, from its assignment until its partitions are given up. */
  async #liveThrough(session: GroupSession): Promise<void> {
    const { onAssigned, onRevoked, rebalanceTimeoutMs, heartbeatIntervalMs } = this.#options
    await onAssigned(session.assignment)
    const turn = await session.turning
    if (turn.kind === 'fatal') throw turn.error
    if (turn.kind !== 'rebalance') return
    // The coordinator's clock started when the first member heard of the rebalance, at most a heartbeat before us.
    const deadlineMs = Math.max(heartbeatIntervalMs, rebalanceTimeoutMs - heartbeatIntervalMs)
    const revoked = onRevoked(session.assignment)
    const inTime = await Promise.race([
      revoked.then(() => true),
      session.over.then(() => false),
      pause(this.#cluster.surroundings.clock, deadlineMs, session.signal).then(() => false),
    ])
    if (inTime) return this.#close(session, { kind: 'rebalance' })
    const reason = `giving the partitions up took longer than ${deadlineMs} ms`
    this.#close(session, { kind: 'lost', reason })
    // Others may take over at once; we come back only when what still runs here has ended.
    await this.#sayGoodbye()
    await revoked
  }

  #close(session: GroupSession | undefined, end: SessionEnd): void {
    session?.end(end)
    if (this.#session === session) this.#session = undefined
    this.#whyNone = end
  }

  /** Tries again while the error is one that passes: a group must survive its broker's restart. */
  async #joinUntilAccepted(giveUpAfterMs = Number.POSITIVE_INFINITY): Promise<GroupSession> {
    const { clock, random } = this.#cluster.surroundings
    const startedMs = clock.monotonicMs()
    for (let failures = 0; ; ) {
      try {
        const session = await this.#joinOnce()
        this.#leaving.signal.throwIfAborted()
        return session
      } catch (error) {
        if (this.#leaving.signal.aborted) throw error
        if (error instanceof KafkaCodeError && this.#isAnotherRound(error)) continue
        if (!isRetriable(error) || clock.monotonicMs() - startedMs > giveUpAfterMs) throw error
        this.#cluster.forgetCoordinatorAfter('group', this.groupId, error)
        await pause(clock, backoffMs(++failures, random), this.#leaving.signal)
      }
    }
  }

  #isAnotherRound({ codeName }: KafkaCodeError): boolean {
    if (codeName === 'UNKNOWN_MEMBER_ID') this.#memberId = ''
    return ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS', 'MEMBER_ID_REQUIRED'].includes(codeName)
  }

  async #joinOnce(): Promise<GroupSession> {
    const { groupId, groupInstanceId, sessionTimeoutMs, rebalanceTimeoutMs } = this.#options
    const topics = await matchedTopics(this.#cluster, this.#options.topics)
    const metadata = encodeSubscription(topics)
    const protocols = assignors.map(({ name }) => ({ name, metadata }))
    const request = joinGroup({
      groupId,
      memberId: this.#memberId,
      groupInstanceId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      protocols,
    })
    const answer = await this.#unlessLeaving(this.#cluster.sendToCoordinatorOnce('group', groupId, request))
    // MEMBER_ID_REQUIRED brings the id to join with (KIP-394).
    if (answer.memberId !== '') this.#memberId = answer.memberId
    checkCode(`JoinGroup of group ${groupId}`, answer.errorCode)
    return this.#sync(answer, topics)
  }

  async #sync(answer: JoinAnswer, topics: readonly string[]): Promise<GroupSession> {
    const { clock } = this.#cluster.surroundings
    const identity = {
      groupId: this.groupId,
      memberId: answer.memberId,
      generation: answer.generation,
      groupInstanceId: this.#options.groupInstanceId,
    }
    const isLeader = answer.leader === answer.memberId
    const plan = isLeader ? await this.#assign(answer) : { assignments: [], groupTopics: topics }
    const sentMs = clock.monotonicMs()
    const request = syncGroup(identity, plan.assignments, this.#options.rebalanceTimeoutMs)
    const synced = await this.#unlessLeaving(this.#cluster.sendToCoordinatorOnce('group', this.groupId, request))
    checkCode(`SyncGroup of group ${this.groupId}`, synced.errorCode)
    const session = new GroupSession(
      this.#cluster,
      this.#options,
      identity,
      decodeAssignment(synced.assignment),
      sentMs,
    )
    this.#session = session
    session.start()
    void watchMetadata(this.#cluster, session, this.#options, isLeader ? plan.groupTopics : undefined, topics)
    return session
  }

  /** The leader's part: who gets what, by the strategy the coordinator chose. */
  async #assign({ protocol, members }: JoinAnswer) {
    const assignor = assignors.find(({ name }) => name === protocol)
    if (!assignor)
      throw new TidemarkError('GROUP_ENDED', {
        groupId: this.groupId,
        reason: `its members agreed on the assignment strategy '${protocol}', which this client does not know`,
      })
    const subscribers = members.map(({ memberId, groupInstanceId, metadata }) => ({
      memberId,
      groupInstanceId,
      topics: decodeSubscription(metadata),
    }))
    const groupTopics = [...new Set(subscribers.flatMap(({ topics }) => topics))]
    await this.#cluster.describe(groupTopics)
    const partitionsOf = (topic: string) =>
      (this.#cluster.knownTopic(topic)?.partitions ?? []).map(({ partition }) => partition).toSorted((a, b) => a - b)
    const plan = assignor.assign(subscribers, partitionsOf)
    const assignments = [...plan].map(([memberId, partitions]) => ({
      memberId,
      assignment: encodeAssignment(partitions),
    }))
    return { assignments, groupTopics }
  }

  async #commitNow(offsets: readonly OffsetToCommit[]): Promise<void> {
    if (offsets.length === 0) return
    const session = this.#live(offsets)
    try {
      await this.#cluster.sendToCoordinator(
        'group',
        this.groupId,
        offsetCommit(session.identity, offsets),
        results => {
          for (const { topic, partition, errorCode } of results)
            checkCode(`OffsetCommit of ${partitionName({ topic, partition })} in group ${this.groupId}`, errorCode)
        },
        { retryTimeoutMs: this.#options.sessionTimeoutMs, signal: session.signal },
      )
    } catch (error) {
      throw this.#commitFailure(error, session, offsets)
    }
  }

  #commitFailure(error: unknown, session: GroupSession, offsets: readonly OffsetToCommit[]): Error {
    const isMembership =
      error instanceof KafkaCodeError &&
      ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID'].includes(error.codeName)
    if (isMembership) session.endAfter(error)
    if (isMembership) return new FencedError(offsets, error.message, { cause: error })
    if (error instanceof TransportError)
      return new CommitUnknownError(`group ${this.groupId}`, error.message, { cause: error })
    return tableError(`OffsetCommit of group ${this.groupId}`, error, this.#cluster.transport)
  }

  #live(partitions: readonly TopicPartition[]): GroupSession {
    const session = this.#session
    if (!session) throw new FencedError(partitions, endText(this.#whyNone))
    session.check(partitions)
    return session
  }

  /** A static member does not say goodbye: it comes back under its name before its session ends (KIP-345). */
  async #sayGoodbye(): Promise<void> {
    const { groupId, groupInstanceId } = this.#options
    if (this.#memberId === '' || groupInstanceId !== undefined) return
    const identity = { groupId, memberId: this.#memberId, generation: -1, groupInstanceId: undefined }
    this.#memberId = ''
    await this.#cluster.sendToCoordinatorOnce('group', groupId, leaveGroup(identity)).catch(() => {})
  }

  async #unlessLeaving<Answer>(answer: Promise<Answer>): Promise<Answer> {
    const { signal } = this.#leaving
    answer.catch(() => {})
    let stopListening = () => {}
    const left = new Promise<never>((_resolve, reject) => {
      const onAbort = () => reject(signal.reason)
      if (signal.aborted) onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      stopListening = () => signal.removeEventListener('abort', onAbort)
    })
    left.catch(() => {})
    return Promise.race([answer, left]).finally(stopListening)
  }
}
