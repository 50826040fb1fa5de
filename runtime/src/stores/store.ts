/**
 * The offset-store port: where a pipeline's positions live, and the compare-and-set that keeps a zombie from moving them.
 *
 * One file an adapter; its factory is the file's only public export, and the contract suite runs whatever it finds exported.
 */
import type { Clock } from '../clock.ts'
import type { OffsetRange, TopicPartition } from '../semantics/ranges.ts'

/**
 * A store as a user names it: `sqlite('totals.db')`. Nothing is opened yet.
 *
 * @typeParam Tx - the transaction handle that `transactional(store)` puts into the handler's context; `never` where a
 * store cannot hold results and offsets in one transaction, so that asking for it does not compile.
 */
export interface OffsetStore<Tx = never> {
  readonly kind: string
  /** Shown in messages: `SQLite totals.db`. Never a password. */
  readonly name: string
  /** Whether `commit` can run a `save` in the same transaction as the offsets. */
  readonly isTransactional: boolean
  /** @throws TidemarkError STORE_LOCKED, STORE_READ_ONLY, STORE_UNREACHABLE, STORE_VERSION, ... */
  open(options: StoreOptions): Promise<OpenStore<Tx>>
  /**
   * A group's last proof records, newest first, for looking only: makes nothing, migrates nothing and takes no lock, so that it works
   * beside a running pipeline as well as after a crash. Every adapter here has it; a store made for a test need not.
   * @throws TidemarkError STORE_UNREACHABLE there is no such store, or nothing of Tidemark in it
   */
  readProofs?(groupId: string, limit: number): Promise<readonly ProofRecord[]>
  /**
   * All of a group's positions, for looking only, under the rules of `readProofs`.
   * @throws TidemarkError STORE_UNREACHABLE there is no such store, or nothing of Tidemark in it
   */
  readOffsets?(groupId: string): Promise<readonly StoredOffset[]>
  /**
   * Deletes all that is kept for these groups, which nobody has open: scratch groups whose debug run is over. Makes nothing where there is
   * nothing. Every adapter here has it; a store made for a test need not.
   */
  forgetGroups?(isMeant: (groupId: string) => boolean): Promise<void>
}

export interface StoreOptions {
  readonly groupId: string
  /** Most proof records kept. @defaultValue 1_000 batches */
  readonly proofRecordsMax?: number
  /** What a wait for a lock is measured with. @defaultValue the system's */
  readonly clock?: Clock
  /** A person steps through the batches: a transaction may stand open for as long as they look at it. @defaultValue false */
  readonly isStepped?: boolean
  /** Told what a person should know and no error says, such as a lock taken over from a dead process. @defaultValue `process.emitWarning` */
  readonly onNotice?: (text: string) => void
}

export interface OpenStore<Tx = never> {
  /** What is stored for these partitions; a partition without a row is left out. */
  read(partitions: readonly TopicPartition[]): Promise<readonly StoredOffset[]>
  /** Inserts a row for a partition that has none, with its explicit start; an existing row is left as it is and returned. */
  initialize(offset: StoredOffset): Promise<StoredOffset>
  /**
   * Moves every range from `fromOffset` to `untilOffset`, or none: a compare-and-set on each row.
   * With `save` (transactional stores only) results are written in the same transaction.
   * @throws FencedError a row no longer stands at `fromOffset`. Nothing was written.
   * @throws CommitUnknownError the reply was lost; settle it with `read`: at `untilOffset` means done, at `fromOffset` means redo, else fenced.
   */
  commit(commit: StoreCommit<Tx>): Promise<void>
  /**
   * For a debugger: runs `save` in a transaction that is rolled back, whatever comes of it. No offset moves. Transactional stores only.
   * Rejects with what `save` rejected with.
   */
  rehearse?(rehearsal: { readonly save: (tx: Tx) => Promise<void> }): Promise<void>
  /** Sets positions without comparing: resets by a person, never by the processor. Returns what stood there. */
  reset(offsets: readonly StoredOffset[]): Promise<readonly StoredOffset[]>
  /**
   * Answers lost data: sets offset, topic id and metadata of a row that still stands where `from` says (offset and topic id), also
   * backwards. A compare-and-set, so that a zombie frozen inside its start-up does not rewind a live owner.
   * @throws FencedError the row is another one by now. Nothing was written.
   */
  replace(from: StoredOffset, to: StoredOffset): Promise<void>
  /**
   * Freezes a batch before it runs (idempotent guarantee): one row a partition, replacing that partition's older plan, so their
   * number is bounded by the partitions. Rows stay after the commit; a plan whose `fromOffset` is not the stored offset is over.
   *
   * A compare-and-set: every row must stand at its range's `fromOffset`, and no other batch may be frozen from there.
   * @throws FencedError otherwise; see `shared/plans.ts` for the race it closes. Nothing was written.
   */
  writePlan(plan: BatchPlan): Promise<void>
  /** The frozen plans that touch these partitions, whole: also their ranges of other partitions, as long as those are frozen for them. */
  readPlans(partitions: readonly TopicPartition[]): Promise<readonly BatchPlan[]>
  /** The last proof records, newest first. */
  proofs(limit: number): Promise<readonly ProofRecord[]>
  close(): Promise<void>
}

export interface StoredOffset extends TopicPartition {
  readonly offset: bigint
  readonly topicId: string | undefined
  readonly metadata: string | undefined
}

export interface StoreCommit<Tx> {
  readonly ranges: readonly OffsetRange[]
  readonly proof: ProofRecord
  readonly metadata?: string
  readonly save?: (tx: Tx) => Promise<void>
}

/** A batch whose ranges are fixed before it runs, so that a rerun has the same id and the same records. */
export interface BatchPlan {
  readonly batchId: string
  readonly ranges: readonly OffsetRange[]
}

/** What is known of one committed batch; kept beside its offsets, bounded in number, readable after a crash. */
export interface ProofRecord {
  readonly batchId: string
  readonly ranges: readonly OffsetRange[]
  readonly records: number
  readonly guarantee: string
  readonly fencingToken: string
  readonly attempt: number
  readonly outcome: 'committed' | 'aborted' | 'unknown'
  readonly startedAtMs: number
  readonly committedAtMs: number
}
