import { relative } from 'node:path'
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { systemClock } from '../clock.ts'
import { FencedError, TidemarkError } from '../errors.ts'
import type { OffsetRange, TopicPartition } from '../semantics/ranges.ts'
import { checkOffset, checkRanges } from './shared/checks.ts'
import { groupByBatch, type PlanRow, planRefusal } from './shared/plans.ts'
import { proofFromJson, proofToJson } from './shared/wire.ts'
import { Connection, openDatabase } from './sqlite/connection.ts'
import { primaryCode, sqlError, storeFailure } from './sqlite/failure.ts'
import { forgetGroups } from './sqlite/forget.ts'
import { makeTables } from './sqlite/schema.ts'
import { openTransaction, type SqliteRow, type SqliteTransaction, StatementCache } from './sqlite/transaction.ts'
import type {
  BatchPlan,
  OffsetStore,
  OpenStore,
  ProofRecord,
  StoreCommit,
  StoredOffset,
  StoreOptions,
} from './store.ts'

export type { SqliteRow, SqliteTransaction, SqliteValue } from './sqlite/transaction.ts'

export interface SqliteOptions {
  /**
   * How long to wait for another process's transaction, in milliseconds. Waiting never blocks the event loop, so heartbeats go on.
   * @defaultValue 5_000
   */
  readonly lockWaitMs?: number
  /**
   * `full` survives a power cut; `normal` may lose the last commits in one (results and offsets together, so nothing doubles
   * or is lost, it is only done again); `off` may damage the file in one.
   * @defaultValue 'full'
   * @see sqlite.org/pragma.html#pragma_synchronous
   */
  readonly synchronous?: 'full' | 'normal' | 'off'
  /** Whether `tx.get` and `tx.all` read INTEGER columns as `bigint`. @defaultValue false */
  readonly readBigInts?: boolean
  /** SQL run at every open, for the tables of your results: `create table if not exists totals (...)`. */
  readonly setup?: string
  /** Most prepared statements of your SQL kept; the least recently used one goes first. @defaultValue 100 */
  readonly statementsMax?: number
}

/**
 * Offsets and results in one SQLite database, moved in one transaction. Needs nothing but Node.
 *
 * Several groups and your own tables may live in the same file, and several processes may use it at once: a commit takes the
 * write lock first (`BEGIN IMMEDIATE`) and moves each offset only from where the batch was read, so that a zombie writes nothing.
 * The lock is held while the handler runs; other writers wait up to `lockWaitMs`.
 *
 * @param path - the database file; made if it is missing (its folder is not). `:memory:` forgets everything when it is closed.
 * @example
 * ```ts
 * const processor = createProcessor({
 *   guarantee: transactional(sqlite('totals.db', { setup: 'create table if not exists totals (customer text primary key, cents integer)' })),
 *   // ...
 * })
 * processor.foreachBatch(async (batch, { tx }) => {
 *   for (const { value } of batch) tx.run('insert into totals values (?, ?) on conflict do update set cents = cents + excluded.cents', value.customer, value.cents)
 * })
 * ```
 */
export function sqlite(path: string, options: SqliteOptions = {}): OffsetStore<SqliteTransaction> {
  const name = `SQLite ${shownPath(path)}`
  return {
    kind: 'sqlite',
    name,
    isTransactional: true,
    open: storeOptions => OpenSqlite.open(path, name, { ...options, ...storeOptions }),
    readProofs: (groupId, limit) => look(path, name, database => newestProofs(database, groupId, limit)),
    readOffsets: groupId => look(path, name, database => allOffsets(database, groupId)),
    forgetGroups: isMeant => forgetGroups(path, name, isMeant),
  }
}

/** As somebody who stands in the working directory would write it. */
function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), path)
  return path === ':memory:' || fromHere.startsWith('..') ? path : fromHere
}

class OpenSqlite implements OpenStore<SqliteTransaction> {
  readonly #connection: Connection
  readonly #groupId: string
  readonly #proofRecordsMax: number
  /** Ours, always `bigint`; apart from the user's so that theirs cannot push ours out. */
  readonly #own: StatementCache
  readonly #users: StatementCache

  static async open(path: string, name: string, options: SqliteOptions & StoreOptions): Promise<OpenSqlite> {
    const { clock = systemClock, lockWaitMs = 5_000, synchronous = 'full', setup } = options
    const connection = await Connection.open(path, name, { clock, lockWaitMs })
    const { database } = connection
    try {
      await connection.use(() => database.exec(`pragma journal_mode = wal; pragma synchronous = ${synchronous}`))
      await makeTables(connection, setup)
      return new OpenSqlite(connection, options)
    } catch (error) {
      await connection.close()
      throw storeFailure(error, name)
    }
  }

  private constructor(connection: Connection, options: SqliteOptions & StoreOptions) {
    const { groupId, proofRecordsMax = 1_000, readBigInts = false, statementsMax = 100 } = options
    this.#connection = connection
    this.#groupId = groupId
    this.#proofRecordsMax = proofRecordsMax
    this.#own = new StatementCache(connection.database, { readBigInts: true, statementsMax: 32 })
    this.#users = new StatementCache(connection.database, { readBigInts, statementsMax })
  }

  read(partitions: readonly TopicPartition[]): Promise<readonly StoredOffset[]> {
    return this.#connection.use(() => this.#rows(partitions))
  }

  async initialize(offset: StoredOffset): Promise<StoredOffset> {
    checkOffset(offset)
    return this.#connection.transaction(() => {
      const known = this.#row(offset)
      if (known) return known
      this.#put(offset)
      return offset
    })
  }

  /**
   * Why the write lock comes first and the comparison before the handler:
   *   1. A reads orders/0 from 100 and is frozen; B takes over and commits 100..150
   *   2. A wakes up and commits 100..150
   * Under the lock nobody can move the row between our comparison and our COMMIT, so A's handler never even starts.
   */
  async commit(commit: StoreCommit<SqliteTransaction>): Promise<void> {
    checkRanges(commit.ranges)
    await this.#connection.transaction(async () => {
      for (const range of commit.ranges) this.#moveOffset(range, commit.metadata)
      if (commit.save) await this.#save(commit.save)
      this.#writeProof(commit.proof)
    })
  }

  async rehearse({ save }: { readonly save: (tx: SqliteTransaction) => Promise<void> }): Promise<void> {
    const rolledBack = new Error('rolled back on purpose')
    try {
      await this.#connection.transaction(async () => {
        await this.#save(save)
        throw rolledBack
      })
    } catch (error) {
      if (error !== rolledBack) throw error
    }
  }

  async reset(offsets: readonly StoredOffset[]): Promise<readonly StoredOffset[]> {
    offsets.forEach(checkOffset)
    return this.#connection.transaction(() => {
      const before = this.#rows(offsets)
      for (const offset of offsets) this.#put(offset)
      return before
    })
  }

  async replace(from: StoredOffset, to: StoredOffset): Promise<void> {
    checkOffset(to)
    await this.#connection.transaction(() => {
      const { changes } = this.#own
        .prepare(
          `update tidemark_offsets set next_offset = ?, topic_id = ?, metadata = ?
           where group_id = ? and topic = ? and partition = ? and next_offset = ? and topic_id is ?`,
        )
        .run(
          to.offset,
          to.topicId ?? null,
          to.metadata ?? null,
          this.#groupId,
          from.topic,
          from.partition,
          from.offset,
          from.topicId ?? null,
        )
      if (Number(changes) !== 1) throw this.#fenced(from, from.offset)
    })
  }

  async writePlan({ batchId, ranges }: BatchPlan): Promise<void> {
    checkRanges(ranges)
    await this.#connection.transaction(() => {
      for (const range of ranges) {
        const refusal = planRefusal(this.#connection.name, batchId, range, this.#row(range)?.offset, this.#plan(range))
        if (refusal) throw refusal
      }
      const freeze = this.#own.prepare(
        'insert or replace into tidemark_plans (group_id, topic, partition, batch_id, from_offset, until_offset) values (?, ?, ?, ?, ?, ?)',
      )
      for (const { topic, partition, fromOffset, untilOffset } of ranges)
        freeze.run(this.#groupId, topic, partition, batchId, fromOffset, untilOffset)
    })
  }

  readPlans(partitions: readonly TopicPartition[]): Promise<readonly BatchPlan[]> {
    return this.#connection.use(() => {
      const asked = partitions.map(partition => this.#plan(partition)?.batchId).filter(found => found !== undefined)
      const wholeBatch = this.#own.prepare(
        `select topic, partition, batch_id, from_offset, until_offset from tidemark_plans
         where group_id = ? and batch_id = ? order by topic, partition`,
      )
      return groupByBatch([...new Set(asked)].flatMap(batchId => wholeBatch.all(this.#groupId, batchId).map(planRowOf)))
    })
  }

  proofs(limit: number): Promise<readonly ProofRecord[]> {
    return this.#connection.use(() =>
      this.#own
        .prepare('select proof from tidemark_proofs where group_id = ? order by sequence desc limit ?')
        .all(this.#groupId, limit)
        .map(row => proofFromJson(String(row.proof))),
    )
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  async #save(save: (tx: SqliteTransaction) => Promise<void>): Promise<void> {
    const { tx, end } = openTransaction(this.#connection, this.#users)
    try {
      await save(tx)
    } finally {
      end()
    }
  }

  #rows(partitions: readonly TopicPartition[]): StoredOffset[] {
    return partitions.map(partition => this.#row(partition)).filter(found => found !== undefined)
  }

  #row({ topic, partition }: TopicPartition): StoredOffset | undefined {
    const row = this.#own
      .prepare(
        'select next_offset, topic_id, metadata from tidemark_offsets where group_id = ? and topic = ? and partition = ?',
      )
      .get(this.#groupId, topic, partition)
    return row && storedOffset(topic, partition, row)
  }

  #plan({ topic, partition }: TopicPartition): PlanRow | undefined {
    const row = this.#own
      .prepare(
        `select topic, partition, batch_id, from_offset, until_offset from tidemark_plans
         where group_id = ? and topic = ? and partition = ?`,
      )
      .get(this.#groupId, topic, partition)
    return row && planRowOf(row)
  }

  #put({ topic, partition, offset, topicId, metadata }: StoredOffset): void {
    this.#own
      .prepare(
        'insert or replace into tidemark_offsets (group_id, topic, partition, next_offset, topic_id, metadata) values (?, ?, ?, ?, ?, ?)',
      )
      .run(this.#groupId, topic, partition, offset, topicId ?? null, metadata ?? null)
  }

  #moveOffset(range: OffsetRange, metadata: string | undefined): void {
    const { changes } = this.#own
      .prepare(
        'update tidemark_offsets set next_offset = ?, metadata = ? where group_id = ? and topic = ? and partition = ? and next_offset = ?',
      )
      .run(range.untilOffset, metadata ?? null, this.#groupId, range.topic, range.partition, range.fromOffset)
    // Invariant: exactly one row per range and group, inserted when the partition was assigned.
    if (Number(changes) !== 1) throw this.#fenced(range, range.fromOffset)
  }

  #fenced({ topic, partition }: TopicPartition, expected: bigint): FencedError {
    const found = this.#row({ topic, partition })?.offset ?? 'nowhere'
    return new FencedError([{ topic, partition }], `${this.#connection.name} stands at ${found}, not at ${expected}`)
  }

  /** Newest first is by number, not by time: a clock may go back. */
  #writeProof(proof: ProofRecord): void {
    const last = this.#own
      .prepare('select max(sequence) as last from tidemark_proofs where group_id = ?')
      .get(this.#groupId)
    const sequence = ((last?.last as bigint | null) ?? 0n) + 1n
    this.#own
      .prepare('insert into tidemark_proofs (group_id, sequence, proof) values (?, ?, ?)')
      .run(this.#groupId, sequence, proofToJson(proof))
    this.#own
      .prepare('delete from tidemark_proofs where group_id = ? and sequence <= ?')
      .run(this.#groupId, sequence - BigInt(this.#proofRecordsMax))
  }
}

function planRowOf(row: SqliteRow): PlanRow {
  const range = {
    topic: String(row.topic),
    partition: Number(row.partition),
    fromOffset: row.from_offset as bigint,
    untilOffset: row.until_offset as bigint,
  }
  return { batchId: String(row.batch_id), range }
}

/** Looks without making anything: a database that is not there is not begun. */
async function look<Found>(path: string, name: string, read: (database: DatabaseSync) => Found): Promise<Found> {
  const database = await openDatabase(path, name, { readOnly: true })
  try {
    return read(database)
  } catch (error) {
    if (primaryCode(error) !== sqlError) throw storeFailure(error, name)
    throw new TidemarkError(
      'STORE_UNREACHABLE',
      { store: name, reason: 'no pipeline has kept offsets in it' },
      { cause: error },
    )
  } finally {
    database.close()
  }
}

function newestProofs(database: DatabaseSync, groupId: string, limit: number): ProofRecord[] {
  return database
    .prepare('select proof from tidemark_proofs where group_id = ? order by sequence desc limit ?')
    .all(groupId, limit)
    .map(row => proofFromJson(String(row.proof)))
}

function allOffsets(database: DatabaseSync, groupId: string): StoredOffset[] {
  const select = database.prepare(
    'select topic, partition, next_offset, topic_id, metadata from tidemark_offsets where group_id = ?',
  )
  select.setReadBigInts(true)
  return select.all(groupId).map(row => storedOffset(String(row.topic), Number(row.partition), row))
}

function storedOffset(topic: string, partition: number, row: Record<string, SQLOutputValue>): StoredOffset {
  return {
    topic,
    partition,
    offset: row.next_offset as bigint,
    topicId: (row.topic_id as string | null) ?? undefined,
    metadata: (row.metadata as string | null) ?? undefined,
  }
}
