/** The handle a handler writes its results with; good for one commit. */
import type { Client } from 'pg'
import { TidemarkError } from '../../errors.ts'
import { endsTransaction } from '../shared/endsTransaction.ts'
import type { Query, QueryAnswer } from './connection.ts'

/**
 * Results go through this handle into the transaction that also moves the offsets. SQL is the user's own; `$1` are the parameters.
 * Await every call: after the handler has resolved, calls throw STORE_BUSY_OUTSIDE.
 */
export interface PostgresTransaction {
  query(sql: string, parameters?: readonly unknown[]): Promise<QueryAnswer>
}

/** Runs `save` with a handle, and makes sure that the transaction it was given is still the one it leaves. */
export async function saveWith(
  save: (tx: PostgresTransaction) => Promise<void>,
  query: Query,
  client: Client,
  store: string,
): Promise<void> {
  let isOpen = true
  const outside = (reason: string): TidemarkError => new TidemarkError('STORE_BUSY_OUTSIDE', { store, reason })
  try {
    await save({
      async query(sql, parameters) {
        if (!isOpen) throw outside('its handler has already returned')
        if (endsTransaction(sql)) throw outside('BEGIN, COMMIT and ROLLBACK belong to the processor')
        return query(sql, parameters)
      },
    })
  } finally {
    isOpen = false
  }
  // A failed transaction ('E') is not looked for: `pg` learns of it only after the error, and the next statement says it anyway.
  if (client.getTransactionStatus() === 'I') throw outside('the handler ended the transaction itself')
}
