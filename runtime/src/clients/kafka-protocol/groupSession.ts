/**
 * One generation of a membership: from the moment the group gave us partitions to the moment we may no longer act on them.
 *
 * Whether the session still lives is judged by our own clock as well as by the broker's word, since a frozen process
 * hears nothing:
 *   1. A sends a heartbeat and is frozen (SIGSTOP, a long pause, a laptop lid)
 *   2. its session ends; B takes over and goes on
 *   3. A resumes in the middle of its handler and is about to commit, long before its next heartbeat is answered
 * So every commit first looks at the clock, and a session counts from when the last confirmed request was *sent*.
 */
import { pause } from '../../clock.ts'
import { FencedError } from '../../errors.ts'
import { partitionName, type TopicPartition } from '../../semantics/ranges.ts'
import type { JoinOptions, MemberIdentity } from '../client.ts'
import type { Cluster } from './cluster.ts'
import { KafkaCodeError } from './errorCodes.ts'
import { heartbeat } from './requests/group.ts'
import { backoffMs } from './retries.ts'

export type SessionEnd =
  | { readonly kind: 'rebalance' }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'fatal'; readonly error: KafkaCodeError }
  | { readonly kind: 'left' }

export class GroupSession {
  readonly identity: MemberIdentity
  readonly assignment: readonly TopicPartition[]
  /** Settles when a rebalance is called for, or the session is over. */
  readonly turning: Promise<SessionEnd>
  /** Settles when the session is over: lost, fatal, or closed. */
  readonly over: Promise<SessionEnd>
  readonly #cluster: Cluster
  readonly #options: JoinOptions
  readonly #names: ReadonlySet<string>
  readonly #stop = new AbortController()
  #turn: (end: SessionEnd) => void = () => {}
  #finish: (end: SessionEnd) => void = () => {}
  #end: SessionEnd | undefined
  #confirmedMs: number
  #cancelWatch = () => {}

  /** @param confirmedMs when the request was sent whose answer opened this session. */
  constructor(
    cluster: Cluster,
    options: JoinOptions,
    identity: MemberIdentity,
    assignment: readonly TopicPartition[],
    confirmedMs: number,
  ) {
    this.#cluster = cluster
    this.#options = options
    this.identity = identity
    this.assignment = assignment
    this.#names = new Set(assignment.map(partitionName))
    this.#confirmedMs = confirmedMs
    this.turning = new Promise(resolve => {
      this.#turn = resolve
    })
    this.over = new Promise(resolve => {
      this.#finish = resolve
    })
  }

  get signal(): AbortSignal {
    return this.#stop.signal
  }

  start(): void {
    void this.#beat()
    this.#watch()
  }

  /** @throws FencedError this generation may no longer act, or never owned one of these. */
  check(partitions: readonly TopicPartition[]): void {
    this.#expireIfDue()
    if (this.#end) throw new FencedError(partitions, endText(this.#end))
    const foreign = partitions.filter(partition => !this.#names.has(partitionName(partition)))
    if (foreign.length > 0)
      throw new FencedError(foreign, `not assigned to this member in generation ${this.identity.generation}`)
  }

  /** The group wants to rebalance; partitions are still ours until the session is closed. */
  callForRebalance(): void {
    this.#turn({ kind: 'rebalance' })
  }

  /** Called by the owner of the session, and from here; only the first end counts. */
  end(end: SessionEnd): void {
    if (this.#end) return
    this.#end = end
    this.#stop.abort()
    this.#cancelWatch()
    this.#turn(end)
    this.#finish(end)
    if ((end.kind === 'lost' || end.kind === 'fatal') && this.assignment.length > 0)
      this.#options.onLost(this.assignment)
  }

  /** An error code in an answer to this member: ends the session where it says that the group has gone on without us. */
  endAfter(error: KafkaCodeError): void {
    if (error.codeName === 'REBALANCE_IN_PROGRESS') this.callForRebalance()
    else if (error.codeName === 'UNKNOWN_MEMBER_ID') this.end({ kind: 'lost', reason: error.message })
    else if (error.codeName === 'ILLEGAL_GENERATION') this.end({ kind: 'lost', reason: error.message })
    else if (!error.isRetriable) this.end({ kind: 'fatal', error })
  }

  async #beat(): Promise<void> {
    const { clock, random } = this.#cluster.surroundings
    const { groupId, heartbeatIntervalMs } = this.#options
    let failures = 0
    while (!this.#end) {
      const delayMs = failures === 0 ? heartbeatIntervalMs : Math.min(heartbeatIntervalMs, backoffMs(failures, random))
      await pause(clock, delayMs, this.#stop.signal)
      if (this.#expireIfDue()) return
      const sentMs = clock.monotonicMs()
      try {
        const code = await this.#cluster.sendToCoordinatorOnce('group', groupId, heartbeat(this.identity))
        const error = code === 0 ? undefined : new KafkaCodeError(`Heartbeat in group ${groupId}`, code)
        if (!error || error.codeName === 'REBALANCE_IN_PROGRESS') this.#confirmedMs = sentMs
        if (error) this.#heardError(error)
        failures = error?.stale ? failures + 1 : 0
      } catch (error) {
        this.#cluster.forgetCoordinatorAfter('group', groupId, error)
        failures++
      }
    }
  }

  #heardError(error: KafkaCodeError): void {
    this.#cluster.forgetCoordinatorAfter('group', this.#options.groupId, error)
    this.endAfter(error)
  }

  /** Looks again when the session would end, however long an answer takes. */
  #watch(): void {
    if (this.#expireIfDue()) return
    const { clock } = this.#cluster.surroundings
    const leftMs = this.#confirmedMs + this.#options.sessionTimeoutMs - clock.monotonicMs()
    this.#cancelWatch = clock.after(Math.max(1, leftMs), () => this.#watch())
  }

  #expireIfDue(): boolean {
    if (this.#end) return true
    const silentMs = this.#cluster.surroundings.clock.monotonicMs() - this.#confirmedMs
    if (silentMs < this.#options.sessionTimeoutMs) return false
    const reason = `no heartbeat was confirmed for ${Math.round(silentMs)} ms; the session lasts ${this.#options.sessionTimeoutMs} ms`
    this.end({ kind: 'lost', reason })
    return true
  }
}

export function endText(end: SessionEnd): string {
  switch (end.kind) {
    case 'rebalance':
      return 'the group is rebalancing and this member has given its partitions up'
    case 'lost':
      return end.reason
    case 'fatal':
      return end.error.message
    case 'left':
      return 'this member has left the group'
  }
}
