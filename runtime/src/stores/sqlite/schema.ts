/** Tidemark's tables in a user's SQLite database, and the way from each older version to this one. */
import type { DatabaseSync } from 'node:sqlite'
import { TidemarkError } from '../../errors.ts'
import type { Connection } from './connection.ts'

/**
 * Step `n` leads from version `n` to `n + 1`; steps are only ever appended.
 *
 * Offsets are INTEGER: SQLite's is 64 bits wide, as Kafka's is. They are bound and read as `bigint`.
 */
export const migrations: readonly string[] = [
  `create table tidemark_offsets (
     group_id text not null, topic text not null, partition integer not null,
     next_offset integer not null, topic_id text, metadata text,
     primary key (group_id, topic, partition)
   ) strict, without rowid;
   create table tidemark_plans (
     group_id text not null, topic text not null, partition integer not null,
     batch_id text not null, from_offset integer not null, until_offset integer not null,
     primary key (group_id, topic, partition)
   ) strict, without rowid;
   create table tidemark_proofs (
     group_id text not null, sequence integer not null, proof text not null,
     primary key (group_id, sequence)
   ) strict, without rowid;`,
]

/**
 * Our tables and the user's. Where ours are up to date the write lock is not asked for: another instance may hold it for as long as its
 * handler runs, and `create table if not exists` of what exists writes nothing.
 */
export async function makeTables(connection: Connection, setup: string | undefined): Promise<void> {
  const { database, name } = connection
  const isCurrent = await connection.use(() => storedVersion(database) === migrations.length)
  if (!isCurrent) {
    await connection.transaction(() => {
      migrate(database, name)
      if (setup) database.exec(setup)
    })
  } else if (setup) await connection.use(() => asOne(database, setup))
}

/** A statement that does write waits for the lock from the beginning on: half of the setup is never kept. */
function asOne(database: DatabaseSync, setup: string): void {
  database.exec('begin')
  try {
    database.exec(setup)
    database.exec('commit')
  } catch (error) {
    if (database.isTransaction) database.exec('rollback')
    throw error
  }
}

/**
 * Brings the tables to the newest version. Runs inside the caller's transaction, so that a crash leaves the older version whole.
 * @throws TidemarkError STORE_VERSION the tables are newer than this library.
 */
export function migrate(database: DatabaseSync, store: string, steps: readonly string[] = migrations): void {
  const found = storedVersion(database)
  if (found === undefined && hasTable(database, 'tidemark_offsets')) {
    throw new TidemarkError('STORE_CORRUPT', { store, reason: 'its table tidemark_offsets has no version beside it' })
  }
  if (found !== undefined && (found > steps.length || found < 1)) {
    throw new TidemarkError('STORE_VERSION', { store, found, expected: steps.length })
  }
  if (found === steps.length) return
  database.exec('create table if not exists tidemark_schema (version integer not null) strict')
  for (const step of steps.slice(found ?? 0)) database.exec(step)
  database.exec('delete from tidemark_schema')
  database.prepare('insert into tidemark_schema (version) values (?)').run(steps.length)
}

function storedVersion(database: DatabaseSync): number | undefined {
  if (!hasTable(database, 'tidemark_schema')) return undefined
  const row = database.prepare('select max(version) as version from tidemark_schema').get()
  return typeof row?.version === 'number' ? row.version : undefined
}

export function hasTable(database: DatabaseSync, name: string): boolean {
  return database.prepare(`select 1 from sqlite_master where type = 'table' and name = ?`).get(name) !== undefined
}
