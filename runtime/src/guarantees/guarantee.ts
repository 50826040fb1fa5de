/**
 * What a delivery guarantee is to the loop: where positions live, and in which order handler and commit run.
 *
 * One file a guarantee, with its protocol told as steps. The loop knows this interface only; it never asks which guarantee it serves.
 */
import type {
  ClientCapabilities,
  GroupMembership,
  KafkaConnection,
  KafkaRecord,
  TopicDescription,
} from '../clients/client.ts'
import type { Clock } from '../clock.ts'
import type { TidemarkError } from '../errors.ts'
import type { Random } from '../random.ts'
import type { OffsetRange, TopicPartition } from '../semantics/ranges.ts'
import type { BatchPlan, OffsetStore, ProofRecord, StoredOffset } from '../stores/store.ts'

export type GuaranteeName =
  | 'at-most-once'
  | 'at-least-once'
  | 'idempotent exactly-once'
  | 'transactional exactly-once'
  | 'transactional exactly-once in Kafka'

/**
 * A guarantee as a user names it. Nothing is opened yet.
 *
 * @typeParam Extra - what it adds to the handler's context: a transaction, an idempotency key, or nothing.
 */
export interface Guarantee<Extra extends object> {
  readonly name: GuaranteeName
  /** Where positions live, as shown: `SQLite totals.db`, `Kafka group`. */
  readonly storeName: string
  /** Takes groups out of the store for good; absent where the positions live in the Kafka group, and go with it. */
  readonly forgetGroups?: OffsetStore<never>['forgetGroups']
  open(environment: GuaranteeEnvironment): Promise<Protocol<Extra>>
}

export interface GuaranteeEnvironment {
  readonly clientName: string
  readonly capabilities: ClientCapabilities
  readonly connection: KafkaConnection
  readonly groupId: string
  /** Static membership's name for this instance: the same after a restart. */
  readonly instanceId: string | undefined
  /** The present membership; every fenced request is sent under it. */
  readonly membership: () => GroupMembership
  readonly clock: Clock
  readonly random: Random
  readonly proofRecordsMax: number
  /** An editor steps through the batches: whatever is open may stand for minutes. */
  readonly isStepped: boolean
  /** Runs a request again while it fails with a retriable error, within the bounds of the options. */
  readonly patiently: <T>(what: string, request: () => Promise<T>) => Promise<T>
  /** Tells a person what nothing stops for. */
  readonly notice: (error: TidemarkError) => void
  /** For debugging: the group whose stored positions are copied, once, into this one before it starts. */
  readonly copyFromGroupId?: string
}

/** One batch, or one partition's part of it: what succeeds or fails as a whole. */
export interface WorkUnit {
  readonly batchId: string
  readonly ranges: readonly OffsetRange[]
  readonly records: number
  readonly attempt: number
  readonly startedAtMs: number
}

export interface Steps<Extra extends object> {
  /** The user's handler. Rejects when it fails, and when the unit was given up meanwhile: then nothing may be committed. */
  handle(extra: Extra): Promise<void>
  /** The results are with the output, not yet committed. A debugger may stand here; rejects when the unit was given up. */
  saved(): Promise<void>
}

export interface Protocol<Extra extends object> {
  /** Whether a unit whose handler failed may run again in this process. */
  readonly mayRetry: boolean
  /** What a failed handler leaves behind, as one sentence for the error. */
  readonly failureEffect: string
  /** Whether positions live outside the Kafka group, so that a copy for lag monitors is worth committing there. */
  readonly isMirrored: boolean
  /** Stored positions; a partition without one is left out. */
  positions(partitions: readonly TopicPartition[]): Promise<readonly StoredOffset[]>
  /** Plans of batches that were frozen and may not have committed, for these partitions. */
  plans(partitions: readonly TopicPartition[]): Promise<readonly BatchPlan[]>
  /** Names of those of the partitions, none of which has a position, that were added after this pipeline first saw their topic. */
  grown(partitions: readonly TopicPartition[], topics: readonly TopicDescription[]): Promise<ReadonlySet<string>>
  /** Whether the first start stores a position for every partition of a topic, so that a missing one is known to be new later. */
  readonly startsWholeTopics: boolean
  /** Stores the explicit start of a partition that has none; answers what stands there now. */
  initialize(offset: StoredOffset): Promise<StoredOffset>
  /** Answers a data loss: moves a position that no longer fits the log. @throws FencedError it has moved meanwhile. */
  replace(from: StoredOffset, to: StoredOffset): Promise<void>
  /**
   * Runs the unit: handler and commit in the order of the guarantee.
   * @throws FencedError nothing was committed, another owner has moved on.
   * @throws CommitUnknownError ask `positions` what became of it.
   */
  run(unit: WorkUnit, steps: Steps<Extra>): Promise<void>
  /** For a debugger; absent where a store cannot. */
  readonly rehearsal?: Rehearsal<Extra> | undefined
  close(): Promise<void>
}

/** Runs the handler again over records of an earlier batch. No position moves. */
export interface Rehearsal<Extra extends object> {
  /** Whether what is written through the handler's context is rolled back afterwards, and by whom. */
  readonly rollsBack: 'the store' | 'the broker' | 'nobody'
  /** Rejects with what `handle` rejected with. */
  run(unit: Pick<WorkUnit, 'batchId'>, handle: (extra: Extra) => Promise<void>): Promise<void>
}

/** What `idempotent` adds: names that are the same in every rerun of the same records. */
export interface IdempotentContext {
  /** Of this batch; its ranges were frozen before it ran, so a rerun has the same id and the same records. */
  readonly batchId: string
  /** `orders/0/18201`: topic, partition and offset of a record. */
  idempotencyKey(record: Pick<KafkaRecord, 'topic' | 'partition' | 'offset'>): string
}

export interface TransactionalContext<Tx> {
  /** The transaction that also moves the offsets: what is written through it stands together with them, or not at all. */
  readonly tx: Tx
}

export function proofOf(unit: WorkUnit, guarantee: GuaranteeName, environment: GuaranteeEnvironment): ProofRecord {
  return {
    batchId: unit.batchId,
    ranges: unit.ranges,
    records: unit.records,
    guarantee,
    fencingToken: fencingToken(environment.membership()),
    attempt: unit.attempt,
    outcome: 'committed',
    startedAtMs: unit.startedAtMs,
    // Asked for when the record is written, which for a transaction is after its handler.
    get committedAtMs() {
      return environment.clock.nowMs()
    },
  }
}

/** `member-id:generation`: who committed, in words that the broker knows too. */
function fencingToken(membership: GroupMembership): string {
  const { memberId, generation } = membership.identity()
  return `${memberId}:${generation}`
}
