/**
 * The group's callbacks, turned into what the loop works from: which partitions are ours, and which are about to be.
 *
 * Membership callbacks arrive at any moment; this is the only place that answers them.
 */
import type { GroupMembership, KafkaConnection } from '../clients/client.ts'
import type { Clock } from '../clock.ts'
import { bug, TidemarkError } from '../errors.ts'
import { partitionName, type TopicPartition } from '../semantics/ranges.ts'
import type { Trace } from '../trace.ts'
import type { Bell } from './bell.ts'
import type { Bounds } from './options.ts'

export interface GroupOptions {
  readonly connection: KafkaConnection
  readonly groupId: string
  readonly topics: readonly string[] | RegExp
  readonly groupInstanceId: string | undefined
  readonly bounds: Bounds
  readonly clock: Clock
  readonly trace: Trace
  /** Rung when there is something new to adopt, or the membership ended. */
  readonly bell: Bell
  /** Stops new batches on these partitions, and resolves when those in flight have ended; says whether all of them ended by themselves. */
  drain(partitions: readonly TopicPartition[], deadlineMs: number): Promise<boolean>
  /** Forgets these partitions at once; nothing may be committed for them. */
  drop(partitions: readonly TopicPartition[]): void
}

/** The part of the rebalance timeout that a batch in flight gets; the rest is for the commit and the answer to the group. */
const drainShare = 0.8

/** A partition as the group gave it; when it is taken away and given back, that is another assignment. */
export interface Assignment extends TopicPartition {
  readonly number: number
}

export class Group {
  readonly #options: GroupOptions
  #membership: GroupMembership | undefined
  /** Callbacks of an earlier membership are ignored. */
  #session = 0
  #incoming = new Map<string, Assignment>()
  /** The present assignment of each partition that is ours: an adoption under another number is too late. */
  readonly #present = new Map<string, number>()
  #assignments = 0
  #error: Error | undefined

  constructor(options: GroupOptions) {
    this.#options = options
  }

  /** Why the membership ended for good. */
  get error(): Error | undefined {
    return this.#error
  }

  get current(): GroupMembership | undefined {
    return this.#membership
  }

  membership(): GroupMembership {
    return this.#membership ?? bug('a request under the membership was made before the group was joined')
  }

  async join(): Promise<void> {
    const { connection, groupId, topics, groupInstanceId, bounds } = this.#options
    const session = ++this.#session
    const isCurrent = () => session === this.#session
    this.#membership = await connection.join({
      groupId,
      topics,
      sessionTimeoutMs: bounds.sessionTimeoutMs,
      rebalanceTimeoutMs: bounds.rebalanceTimeoutMs,
      heartbeatIntervalMs: bounds.heartbeatIntervalMs,
      metadataRefreshIntervalMs: bounds.metadataRefreshIntervalMs,
      ...(groupInstanceId === undefined ? {} : { groupInstanceId }),
      onAssigned: async partitions => {
        if (isCurrent()) this.#assigned(partitions)
      },
      onRevoked: async partitions => {
        if (isCurrent()) await this.#revoked(partitions)
      },
      onLost: partitions => {
        if (isCurrent()) this.#lost(partitions)
      },
      onError: error => {
        if (!isCurrent()) return
        this.#error = error
        this.#options.bell.ring()
      },
    })
    this.#options.bell.ring()
  }

  /** Partitions to adopt now: assigned, and not yet looked at. Empty until the membership itself is known. */
  takeIncoming(): Assignment[] {
    if (!this.#membership) return []
    const incoming = [...this.#incoming.values()]
    this.#incoming.clear()
    return incoming
  }

  /** A partition that must be looked at again although the group said nothing: its position no longer fits its log. */
  requeue(partition: TopicPartition): void {
    if (this.isAssigned(partition)) this.#assigned([partition])
  }

  /**
   * Whether this very assignment still stands. The name alone does not tell:
   *   1. orders/0 is assigned, and its position is being read
   *   2. it is taken away; another member commits; it is given back
   *   3. the position read in 1 arrives, and is old
   */
  isPresent({ topic, partition, number }: Assignment): boolean {
    return this.#present.get(partitionName({ topic, partition })) === number
  }

  isAssigned(partition: TopicPartition): boolean {
    return this.#membership !== undefined && this.#present.has(partitionName(partition))
  }

  async leave(): Promise<void> {
    this.#session++
    const membership = this.#membership
    this.#membership = undefined
    this.#incoming.clear()
    this.#present.clear()
    await membership?.leave()
  }

  #assigned(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) {
      const number = ++this.#assignments
      this.#incoming.set(partitionName({ topic, partition }), { topic, partition, number })
      this.#present.set(partitionName({ topic, partition }), number)
    }
    this.#options.bell.ring()
  }

  async #revoked(partitions: readonly TopicPartition[]): Promise<void> {
    this.#forget(partitions)
    const deadlineMs = this.#options.bounds.rebalanceTimeoutMs * drainShare
    const isDrained = await this.#options.drain(partitions, deadlineMs)
    this.#options.trace({ kind: 'revoked', partitions, isDrained })
    if (!isDrained)
      this.#options.trace({
        kind: 'notice',
        error: new TidemarkError('REBALANCE_DEADLINE', { partitions, deadlineMs: Math.round(deadlineMs) }),
      })
    this.#options.bell.ring()
  }

  #lost(partitions: readonly TopicPartition[]): void {
    this.#forget(partitions)
    this.#options.drop(partitions)
    this.#options.trace({ kind: 'lost', partitions })
    this.#options.bell.ring()
  }

  #forget(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) {
      this.#incoming.delete(partitionName(each))
      this.#present.delete(partitionName(each))
    }
  }
}
