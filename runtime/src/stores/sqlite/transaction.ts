/** The handle a handler writes its results with; good for one commit. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'
import { TidemarkError } from '../../errors.ts'
import { endsTransaction } from '../shared/endsTransaction.ts'
import type { Connection } from './connection.ts'
import { storeFailure } from './failure.ts'

export type SqliteValue = SQLInputValue
export type SqliteRow = Record<string, SQLOutputValue>

/**
 * Results go through this handle into the transaction that also moves the offsets. SQL is the user's own; `?` are the parameters.
 *
 * Calls are synchronous, as `node:sqlite` is. After the handler has resolved every call throws STORE_BUSY_OUTSIDE.
 */
export interface SqliteTransaction {
  /** Runs one statement; answers how many rows it changed. */
  run(sql: string, ...parameters: SqliteValue[]): { readonly changes: number; readonly lastInsertRowid: bigint }
  /** First row, or `undefined`. An INTEGER beyond 2^53 throws unless the store was made with `readBigInts`. */
  get(sql: string, ...parameters: SqliteValue[]): SqliteRow | undefined
  /** All rows. */
  all(sql: string, ...parameters: SqliteValue[]): SqliteRow[]
  /** Runs several statements without parameters, such as `create table if not exists`. */
  exec(sql: string): void
}

/** Prepared statements by their text, the least recently used one dropped first. */
export class StatementCache {
  readonly #database: DatabaseSync
  readonly #readBigInts: boolean
  readonly #statementsMax: number
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync, options: { readonly readBigInts: boolean; readonly statementsMax: number }) {
    this.#database = database
    this.#readBigInts = options.readBigInts
    this.#statementsMax = options.statementsMax
  }

  get size(): number {
    return this.#statements.size
  }

  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    const statement = known ?? this.#database.prepare(sql)
    if (known) this.#statements.delete(sql)
    else statement.setReadBigInts(this.#readBigInts)
    this.#statements.set(sql, statement)
    // Invariant: never more than `statementsMax`; Map keeps insertion order, so the first key is the oldest use.
    if (this.#statements.size > this.#statementsMax) this.#statements.delete(this.#statements.keys().next().value ?? '')
    return statement
  }
}

/** A handle and the switch that ends it. `guarded` is the connection's refusal of BEGIN, COMMIT and ROLLBACK. */
export function openTransaction(
  { database, name: store, guarded }: Pick<Connection, 'database' | 'name' | 'guarded'>,
  statements: StatementCache,
): { readonly tx: SqliteTransaction; end(): void } {
  let isOpen = true
  const check = (sql: string): void => {
    const outside = (reason: string) => new TidemarkError('STORE_BUSY_OUTSIDE', { store, reason })
    if (!isOpen) throw outside('its handler has already returned')
    if (endsTransaction(sql)) throw outside('BEGIN, COMMIT and ROLLBACK belong to the processor')
  }
  const statement = (sql: string): StatementSync => {
    check(sql)
    return guarded(() => statements.prepare(sql))
  }
  /** A full disk is the store's trouble, not the handler's: told by its row of the table, and tried again. */
  const asStore = <T>(task: () => T): T => {
    try {
      return task()
    } catch (error) {
      throw storeFailure(error, store)
    }
  }
  const tx: SqliteTransaction = {
    run(sql, ...parameters) {
      const { changes, lastInsertRowid } = asStore(() => statement(sql).run(...parameters))
      return { changes: Number(changes), lastInsertRowid: BigInt(lastInsertRowid) }
    },
    get: (sql, ...parameters) => asStore(() => statement(sql).get(...parameters)),
    all: (sql, ...parameters) => asStore(() => statement(sql).all(...parameters)),
    exec(sql) {
      check(sql)
      asStore(() => guarded(() => database.exec(sql)))
    },
  }
  return {
    tx,
    end: () => {
      isOpen = false
    },
  }
}
