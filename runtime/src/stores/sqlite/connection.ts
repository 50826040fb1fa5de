/** One SQLite connection: one user at a time, transactions that take the write lock first, waits that do not block. */
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { DatabaseSync, DatabaseSyncOptions } from 'node:sqlite'
import { type Clock, pause } from '../../clock.ts'
import { CommitUnknownError, TidemarkError } from '../../errors.ts'
import { Serial } from '../shared/serial.ts'
import { ioError, isBusy, primaryCode, sqlError, storeFailure } from './failure.ts'

/** sqlite.org/c3ref/c_alter_table.html and c_deny.html */
const transactionAction = 22
const allowed = 0
const denied = 1

export class Connection {
  readonly database: DatabaseSync
  readonly name: string
  readonly #clock: Clock
  readonly #lockWaitMs: number
  readonly #serial = new Serial()
  #isClosed = false
  #isGuarded = false

  /** @throws TidemarkError STORE_UNREACHABLE no such folder; STORE_CORRUPT not a database. */
  static async open(
    path: string,
    name: string,
    wait: { readonly clock: Clock; readonly lockWaitMs: number },
  ): Promise<Connection> {
    return new Connection(await openDatabase(path, name), name, wait.clock, wait.lockWaitMs)
  }

  private constructor(database: DatabaseSync, name: string, clock: Clock, lockWaitMs: number) {
    this.database = database
    this.name = name
    this.#clock = clock
    this.#lockWaitMs = lockWaitMs
    // Asked when a statement is compiled, never when it runs. Node before 24.10 has no authorizer; there a COMMIT behind another statement is only told afterwards, by the savepoint.
    database.setAuthorizer?.(action => (this.#isGuarded && action === transactionAction ? denied : allowed))
  }

  /** Compiles the user's SQL: one that would begin or end a transaction is refused, since results would part from their offsets. */
  readonly guarded = <T>(compile: () => T): T => {
    this.#isGuarded = true
    try {
      return compile()
    } finally {
      this.#isGuarded = false
    }
  }

  /** Statements outside a transaction. */
  use<T>(task: () => T): Promise<T> {
    return this.#exclusive(() => this.whenFree(task))
  }

  /** All of `body`, or nothing. @throws CommitUnknownError the disk failed in the middle of COMMIT. */
  transaction<T>(body: () => Promise<T> | T): Promise<T> {
    return this.#exclusive(() => this.#transaction(body))
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#serial.run(() => this.database.close())
  }

  #exclusive<T>(task: () => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new TidemarkError('CONNECTION_CLOSED', { what: this.name }))
    return this.#serial.run(async () => {
      try {
        return await task()
      } catch (error) {
        throw storeFailure(error, this.name)
      }
    })
  }

  async #transaction<T>(body: () => Promise<T> | T): Promise<T> {
    await this.whenFree(() => this.database.exec('begin immediate; savepoint tidemark'))
    let result: T
    try {
      result = await body()
      this.#releaseSavepoint()
    } catch (error) {
      this.#rollBack()
      throw error
    }
    await this.#commitWork()
    return result
  }

  /** The savepoint is gone when the handler's SQL ended the transaction itself: then its results may stand without their offsets. */
  #releaseSavepoint(): void {
    try {
      this.database.exec('release tidemark')
    } catch (error) {
      if (primaryCode(error) !== sqlError) throw error
      throw new TidemarkError(
        'STORE_BUSY_OUTSIDE',
        { store: this.name, reason: 'the handler ended it with COMMIT or ROLLBACK' },
        { cause: error },
      )
    }
  }

  async #commitWork(): Promise<void> {
    try {
      await this.whenFree(() => this.database.exec('commit'))
    } catch (error) {
      this.#rollBack()
      // A failed write of the log says nothing about how much of it reached the disk: recovery decides, and `read` tells.
      if (primaryCode(error) === ioError)
        throw new CommitUnknownError(this.name, (error as Error).message, { cause: error })
      throw error
    }
  }

  #rollBack(): void {
    try {
      this.database.exec('rollback')
    } catch {
      // SQLite has rolled back by itself already (disk full, I/O error): there is nothing left to undo.
    }
  }

  /** Tries until the lock is free. A busy timeout of SQLite's own would stop the event loop, and with it whoever holds the lock in this process. */
  async whenFree<T>(attempt: () => T): Promise<T> {
    for (let waitedMs = 0, waitMs = 1; ; waitedMs += waitMs, waitMs = Math.min(waitMs * 2, 50)) {
      try {
        return attempt()
      } catch (error) {
        if (!isBusy(error) || waitedMs >= this.#lockWaitMs) throw error
      }
      await pause(this.#clock, waitMs)
    }
  }
}

/** @throws TidemarkError STORE_UNREACHABLE no such folder, or with `readOnly` no such file. */
export async function openDatabase(
  path: string,
  name: string,
  options: DatabaseSyncOptions = {},
): Promise<DatabaseSync> {
  if (path === '') throw new TidemarkError('STORE_UNREACHABLE', { store: 'SQLite', reason: 'no file was named' })
  const folder = dirname(resolve(path))
  if (path !== ':memory:' && !existsSync(folder)) {
    throw new TidemarkError('STORE_UNREACHABLE', { store: name, reason: `the folder ${folder} does not exist` })
  }
  const { DatabaseSync } = await import('node:sqlite')
  try {
    return new DatabaseSync(path, options)
  } catch (error) {
    throw storeFailure(error, name)
  }
}
