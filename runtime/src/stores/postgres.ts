import type { ClientConfig } from 'pg'
import { FencedError, TidemarkError } from '../errors.ts'
import type { OffsetRange, TopicPartition } from '../semantics/ranges.ts'
import { PostgresConnection, type Query } from './postgres/connection.ts'
import { forgetGroups } from './postgres/forget.ts'
import { freezePlan, wholePlans } from './postgres/plans.ts'
import { partitionColumns, rangeColumns, storedOffset, storedOffsets } from './postgres/rows.ts'
import { hasTable, migrate } from './postgres/schema.ts'
import { type PostgresTransaction, saveWith } from './postgres/transaction.ts'
import { checkOffset, checkRanges } from './shared/checks.ts'
import { proofFromJson, proofToJson } from './shared/wire.ts'
import type {
  BatchPlan,
  OffsetStore,
  OpenStore,
  ProofRecord,
  StoreCommit,
  StoredOffset,
  StoreOptions,
} from './store.ts'

export type { QueryAnswer } from './postgres/connection.ts'
export type { PostgresTransaction } from './postgres/transaction.ts'

export interface PostgresOptions {
  /** SQL run at every open, for the tables of your results: `create table if not exists totals (...)`. */
  readonly setup?: string
  /**
   * How long the server lets a transaction wait for its handler's next statement, in milliseconds, before it ends the connection.
   * It frees the rows that a frozen process holds. A handler that computes longer between two statements fails.
   * Not in force while a debugger steps through the batches.
   * @defaultValue 120_000
   * @see PostgreSQL, `idle_in_transaction_session_timeout`
   */
  readonly transactionIdleMs?: number
  /** How long COMMIT may take before its outcome counts as unknown, in milliseconds. @defaultValue 30_000 */
  readonly commitTimeoutMs?: number
}

/**
 * Offsets and results in one PostgreSQL database, moved in one transaction; any number of instances may share it.
 *
 * Needs the package `pg`. The offset rows are compared and moved after the handler, at the end of the transaction, so that a frozen
 * process holds no lock on them.
 *
 * @param config - what `pg` takes: a connection string or its options. The tables are made in the first schema of the `search_path`.
 * @example
 * ```ts
 * const processor = createProcessor({ guarantee: transactional(postgres('postgres://totals@localhost/shop')), ... })
 * processor.foreachBatch(async (batch, { tx }) => {
 *   for (const { value } of batch) await tx.query('insert into seen (id) values ($1)', [value.id])
 * })
 * ```
 */
export function postgres(
  config: string | ClientConfig,
  options: PostgresOptions = {},
): OffsetStore<PostgresTransaction> {
  const settings = typeof config === 'string' ? { connectionString: config } : config
  return {
    kind: 'postgres',
    name: nameOf(settings),
    isTransactional: true,
    open: storeOptions => OpenPostgres.open(nameOf(settings), settings, { ...options, ...storeOptions }),
    readProofs: (groupId, limit) => look(settings, query => newestProofs(query, groupId, limit)),
    readOffsets: groupId => look(settings, query => allOffsets(query, groupId)),
    forgetGroups: isMeant =>
      connected(settings, connection => connection.transaction(query => forgetGroups(query, isMeant))),
  }
}

/** Commits between two sweeps of old proof records. */
const sweepEvery = 50

class OpenPostgres implements OpenStore<PostgresTransaction> {
  readonly #connection: PostgresConnection
  readonly #groupId: string
  readonly #proofRecordsMax: number
  #commits = 0

  static async open(
    name: string,
    config: ClientConfig,
    options: PostgresOptions & StoreOptions,
  ): Promise<OpenPostgres> {
    const { isStepped = false, commitTimeoutMs = 30_000, setup } = options
    const transactionIdleMs = isStepped ? 0 : (options.transactionIdleMs ?? 120_000)
    const patience = { connectionTimeoutMillis: 10_000, idle_in_transaction_session_timeout: transactionIdleMs }
    const connection = new PostgresConnection(name, { keepAlive: true, ...patience, ...config }, commitTimeoutMs)
    try {
      await connection.transaction(async query => {
        await migrate(query, name)
        if (setup) await query(setup)
      })
      return new OpenPostgres(connection, options)
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  private constructor(connection: PostgresConnection, { groupId, proofRecordsMax = 1_000 }: StoreOptions) {
    this.#connection = connection
    this.#groupId = groupId
    this.#proofRecordsMax = proofRecordsMax
  }

  read(partitions: readonly TopicPartition[]): Promise<readonly StoredOffset[]> {
    return this.#connection.use(query => this.#rows(query, partitions))
  }

  async initialize(offset: StoredOffset): Promise<StoredOffset> {
    checkOffset(offset)
    return this.#connection.use(async query => {
      await this.#insert(query, [offset], 'do nothing')
      const [row] = await this.#rows(query, [offset])
      return row ?? offset
    })
  }

  async commit({ ranges, proof, metadata, save }: StoreCommit<PostgresTransaction>): Promise<void> {
    checkRanges(ranges)
    await this.#connection.transaction(async (query, client) => {
      if (save) await saveWith(save, query, client, this.#connection.name)
      await this.#moveOffsets(query, ranges, metadata, proof)
    })
    if (++this.#commits % sweepEvery === 0) await this.#sweepProofs()
  }

  async reset(offsets: readonly StoredOffset[]): Promise<readonly StoredOffset[]> {
    offsets.forEach(checkOffset)
    return this.#connection.transaction(async query => {
      const before = await this.#rows(query, offsets)
      const overwrite =
        'do update set next_offset = excluded.next_offset, topic_id = excluded.topic_id, metadata = excluded.metadata'
      await this.#insert(query, offsets, overwrite)
      return before
    })
  }

  async rehearse({ save }: { readonly save: (tx: PostgresTransaction) => Promise<void> }): Promise<void> {
    const rolledBack = new Error('rolled back on purpose')
    try {
      await this.#connection.transaction(async (query, client) => {
        await saveWith(save, query, client, this.#connection.name)
        throw rolledBack
      })
    } catch (error) {
      if (error !== rolledBack) throw error
    }
  }

  async replace(from: StoredOffset, to: StoredOffset): Promise<void> {
    checkOffset(to)
    await this.#connection.use(async query => {
      const { rowCount } = await query(
        `update tidemark_offsets set next_offset = $1, topic_id = $2, metadata = $3
         where group_id = $4 and topic = $5 and partition = $6 and next_offset = $7 and topic_id is not distinct from $8`,
        [to.offset, to.topicId, to.metadata, this.#groupId, from.topic, from.partition, from.offset, from.topicId].map(
          asParameter,
        ),
      )
      if (rowCount !== 1) throw await this.#fenced(query, [{ ...from, fromOffset: from.offset }])
    })
  }

  async writePlan(plan: BatchPlan): Promise<void> {
    checkRanges(plan.ranges)
    await this.#connection.transaction(query => freezePlan(query, this.#groupId, plan, this.#connection.name))
  }

  readPlans(partitions: readonly TopicPartition[]): Promise<readonly BatchPlan[]> {
    return this.#connection.use(query => wholePlans(query, this.#groupId, partitions))
  }

  proofs(limit: number): Promise<readonly ProofRecord[]> {
    return this.#connection.use(query => newestProofs(query, this.#groupId, Math.min(limit, this.#proofRecordsMax)))
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  /** One round trip for all ranges and the proof; a row that moved meanwhile is waited for and compared again by the server. */
  async #moveOffsets(
    query: Query,
    ranges: readonly OffsetRange[],
    metadata: string | undefined,
    proof: ProofRecord,
  ): Promise<void> {
    const { rows } = await query(
      `with moved as (
         update tidemark_offsets as stored set next_offset = range.until_offset, metadata = $1
         from unnest($3::text[], $4::int[], $5::bigint[], $6::bigint[]) as range (topic, partition, from_offset, until_offset)
         where stored.group_id = $2 and stored.topic = range.topic and stored.partition = range.partition
           and stored.next_offset = range.from_offset
         returning 1
       ), proven as (
         insert into tidemark_proofs (group_id, proof) values ($2, $7)
       )
       select count(*)::int as count from moved`,
      [metadata ?? null, this.#groupId, ...rangeColumns(ranges), proofToJson(proof)],
    )
    // Invariant: exactly one row per range and group, inserted when the partition was assigned.
    if (rows[0]?.count !== ranges.length) throw await this.#fenced(query, ranges)
  }

  async #fenced(
    query: Query,
    expected: readonly (TopicPartition & { readonly fromOffset: bigint })[],
  ): Promise<FencedError> {
    const stored = await this.#rows(query, expected)
    const moved = expected.flatMap(({ topic, partition, fromOffset }) => {
      const found = stored.find(row => row.topic === topic && row.partition === partition)?.offset
      return found === fromOffset ? [] : [{ topic, partition, found: found ?? 'nowhere', fromOffset }]
    })
    const [first] = moved
    const reason = first
      ? `${this.#connection.name} stands at ${first.found}, not at ${first.fromOffset}`
      : 'it is another topic by now'
    return new FencedError(first ? moved : expected, reason)
  }

  async #rows(query: Query, partitions: readonly TopicPartition[]): Promise<StoredOffset[]> {
    return storedOffsets(query, this.#groupId, partitions)
  }

  async #insert(query: Query, offsets: readonly StoredOffset[], onConflict: string): Promise<void> {
    await query(
      `insert into tidemark_offsets (group_id, topic, partition, next_offset, topic_id, metadata)
       select $1, * from unnest($2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[])
       on conflict (group_id, topic, partition) ${onConflict}`,
      [
        this.#groupId,
        ...partitionColumns(offsets),
        offsets.map(each => String(each.offset)),
        offsets.map(each => each.topicId ?? null),
        offsets.map(each => each.metadata ?? null),
      ],
    )
  }

  /** Outside the commit, so that instances of one group never wait for each other's old records. What it misses the next one finds. */
  async #sweepProofs(): Promise<void> {
    const sweep = this.#connection.use(query =>
      query(
        `delete from tidemark_proofs where group_id = $1 and sequence <= (
           select sequence from tidemark_proofs where group_id = $1 order by sequence desc offset $2 limit 1)`,
        [this.#groupId, this.#proofRecordsMax],
      ),
    )
    await sweep.catch(() => {})
  }
}

async function newestProofs(query: Query, groupId: string, limit: number): Promise<ProofRecord[]> {
  const { rows } = await query(
    'select proof::text as proof from tidemark_proofs where group_id = $1 order by sequence desc limit $2',
    [groupId, limit],
  )
  return rows.map(row => proofFromJson(String(row.proof)))
}

async function allOffsets(query: Query, groupId: string): Promise<StoredOffset[]> {
  const { rows } = await query(
    'select topic, partition, next_offset, topic_id, metadata from tidemark_offsets where group_id = $1',
    [groupId],
  )
  return rows.map(storedOffset)
}

/** Looks without making anything. */
function look<Found>(settings: ClientConfig, read: (query: Query) => Promise<Found>): Promise<Found> {
  const reason = 'no pipeline has kept offsets in it'
  return connected(settings, connection =>
    connection.use(async query => {
      if (!(await hasTable(query, 'tidemark_proofs')))
        throw new TidemarkError('STORE_UNREACHABLE', { store: nameOf(settings), reason })
      return read(query)
    }),
  )
}

/** With a connection that is closed afterwards. */
async function connected<Result>(
  settings: ClientConfig,
  use: (connection: PostgresConnection) => Promise<Result>,
): Promise<Result> {
  const connection = new PostgresConnection(nameOf(settings), { connectionTimeoutMillis: 10_000, ...settings }, 0)
  try {
    return await use(connection)
  } finally {
    await connection.close()
  }
}

function asParameter(value: bigint | string | number | undefined): string | number | null {
  return typeof value === 'bigint' ? String(value) : (value ?? null)
}

/** Host, port and database; never the user's password. */
function nameOf({ connectionString, host, port, database }: ClientConfig): string {
  if (connectionString === undefined) return `PostgreSQL ${host ?? 'localhost'}:${port ?? 5432}/${database ?? ''}`
  const url = URL.canParse(connectionString) ? new URL(connectionString) : undefined
  return url ? `PostgreSQL ${url.hostname || 'localhost'}:${url.port || 5432}${url.pathname}` : 'PostgreSQL database'
}
