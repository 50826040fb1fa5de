/** What SQLite's result codes mean to a pipeline. Source: sqlite.org/rescode.html; the low byte is the primary code. */
import { TidemarkError } from '../../errors.ts'

const busy = 5
const locked = 6
/** Our own authorizer said no. */
const refused = 23
/** The disk failed: how much of a write arrived is not known. */
export const ioError = 10
/** A mistake in the SQL, or a savepoint that is not there. */
export const sqlError = 1

type Failure = (store: string, cause: Error) => TidemarkError

const lockedOut: Failure = (path, cause) => new TidemarkError('STORE_LOCKED', { path }, { cause })
const readOnly: Failure = (store, cause) =>
  new TidemarkError('STORE_READ_ONLY', { store, reason: cause.message }, { cause })
const unreachable: Failure = (store, cause) =>
  new TidemarkError('STORE_UNREACHABLE', { store, reason: cause.message }, { cause })
const corrupt: Failure = (store, cause) =>
  new TidemarkError('STORE_CORRUPT', { store, reason: cause.message }, { cause })
const full: Failure = (store, cause) => new TidemarkError('STORE_FULL', { store, reason: cause.message }, { cause })
const endsTransaction: Failure = (store, cause) =>
  new TidemarkError(
    'STORE_BUSY_OUTSIDE',
    { store, reason: 'BEGIN, COMMIT and ROLLBACK belong to the processor' },
    { cause },
  )
const inputOutput: Failure = (store, cause) =>
  new TidemarkError('STORE_FAILED', { store, operation: 'read or write', reason: cause.message }, { cause })

const failures: ReadonlyMap<number, Failure> = new Map([
  [3, readOnly],
  [busy, lockedOut],
  [locked, lockedOut],
  [8, readOnly],
  [ioError, inputOutput],
  [11, corrupt],
  [13, full],
  [14, unreachable],
  [refused, endsTransaction],
  [26, corrupt],
])

/** Primary result code, or `undefined` for an error that is not SQLite's. */
export function primaryCode(error: unknown): number | undefined {
  const isSqlite = error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
  return isSqlite ? (error.errcode as number) & 0xff : undefined
}

/** Another connection holds the lock: waiting helps. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error)
  return code === busy || code === locked
}

/** An error of the disk or the lock as a row of the table; anything else (a constraint, a typing mistake in SQL) as it is. */
export function storeFailure(error: unknown, store: string): unknown {
  const failure = failures.get(primaryCode(error) ?? -1)
  return failure && error instanceof Error ? failure(store, error) : error
}
