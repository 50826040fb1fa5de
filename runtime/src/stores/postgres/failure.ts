/** What PostgreSQL's SQLSTATEs mean to a pipeline. Source: the manual's appendix "PostgreSQL Error Codes". */
import { reasonOf, TidemarkError } from '../../errors.ts'

/** The server has answered with an error and lives on: the connection is good, the transaction is over. */
export function isServersAnswer(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity !== 'FATAL' && error.severity !== 'PANIC'
}

/** An error of the server's state as a row of the table; what the handler's own SQL did wrong (a constraint, a typing mistake) as it is. */
export function postgresFailure(error: unknown, store: string): unknown {
  if (error instanceof TidemarkError) return error
  const reason = reasonOf(error)
  const options = { cause: error }
  if (!isServersAnswer(error)) return new TidemarkError('STORE_UNREACHABLE', { store, reason }, options)
  const state = stateOf(error)
  if (state === '25P02')
    return new TidemarkError(
      'STORE_BUSY_OUTSIDE',
      { store, reason: 'a statement failed, its error was caught, and so PostgreSQL gave the transaction up' },
      options,
    )
  if (state === '53100') return new TidemarkError('STORE_FULL', { store, reason }, options)
  if (state === '25006' || state === '42501') return new TidemarkError('STORE_READ_ONLY', { store, reason }, options)
  if (/^(28|08(?!P01)|57P|53|3D)/.test(state)) return new TidemarkError('STORE_UNREACHABLE', { store, reason }, options)
  if (/^(40|55P03|58)/.test(state))
    return new TidemarkError('STORE_FAILED', { store, operation: 'commit', reason }, options)
  if (/^XX/.test(state)) return new TidemarkError('STORE_CORRUPT', { store, reason }, options)
  return error
}

function stateOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
