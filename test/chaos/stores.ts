import { checkpoint } from '../../runtime/src/stores/checkpoint.ts'
import { type PostgresTransaction, postgres } from '../../runtime/src/stores/postgres.ts'
import { type SqliteTransaction, sqlite } from '../../runtime/src/stores/sqlite.ts'
import type { OffsetStore } from '../../runtime/src/stores/store.ts'
import { zookeeper } from '../../runtime/src/stores/zookeeper.ts'
import type { PipelineSettings } from './settings.ts'

/** The table in which every effect is a row. */
export const outcomeTable = 'create table if not exists outcome (key text unique, id text not null)'

type SqlTransaction = SqliteTransaction | PostgresTransaction

export function sqlStore(settings: PipelineSettings): OffsetStore<SqlTransaction> {
  if (settings.store === 'postgres')
    return postgres(settings.storeAddress, { setup: outcomeTable }) as OffsetStore<SqlTransaction>
  return sqlite(settings.outcomePath, {
    setup: outcomeTable,
    synchronous: 'off',
    lockWaitMs: 30_000,
  }) as OffsetStore<SqlTransaction>
}

export function storeOf(settings: PipelineSettings): OffsetStore<unknown> {
  switch (settings.store) {
    case 'sqlite':
      // Apart from the outcome: only the guarantee joins the two.
      return sqlite(settings.storeAddress, { synchronous: 'off', lockWaitMs: 30_000 })
    case 'checkpoint':
      return checkpoint(settings.storeAddress, { fsync: false })
    case 'postgres':
      return postgres(settings.storeAddress)
    case 'zookeeper':
      return zookeeper(settings.storeAddress)
    case 'kafka':
      throw new Error('offsets in the Kafka group need no store')
  }
}

export async function writeOutcome(tx: SqlTransaction, ids: readonly string[]): Promise<void> {
  if ('query' in tx) await tx.query('insert into outcome (id) select unnest($1::text[])', [ids])
  else for (const id of ids) tx.run('insert into outcome (id) values (?)', id)
}
