/** Tidemark's tables in a user's PostgreSQL database, in the first schema of the connection's `search_path`. */
import { TidemarkError } from '../../errors.ts'
import type { Query } from './connection.ts'

/** Step `n` leads from version `n` to `n + 1`; steps are only ever appended. */
export const migrations: readonly string[] = [
  `create table tidemark_offsets (
     group_id text not null, topic text not null, partition integer not null,
     next_offset bigint not null, topic_id text, metadata text,
     primary key (group_id, topic, partition)
   );
   create table tidemark_plans (
     group_id text not null, topic text not null, partition integer not null,
     batch_id text not null, from_offset bigint not null, until_offset bigint not null,
     primary key (group_id, topic, partition)
   );
   create table tidemark_proofs (
     group_id text not null, sequence bigint generated always as identity, proof json not null,
     primary key (group_id, sequence)
   );`,
]

/** "tidemark" in ASCII: instances that start at once make the tables one after the other. */
const lockKey = '8388347283170570859'

/**
 * Brings the tables to the newest version, inside the caller's transaction. A user who may not create tables gets on as long as
 * they are there and up to date.
 * @throws TidemarkError STORE_VERSION, STORE_CORRUPT
 */
export async function migrate(query: Query, store: string, steps: readonly string[] = migrations): Promise<void> {
  if ((await storedVersion(query)) === steps.length) return
  await query('select pg_advisory_xact_lock($1)', [lockKey])
  const found = await storedVersion(query)
  if (found === undefined && (await hasTable(query, 'tidemark_offsets')))
    throw new TidemarkError('STORE_CORRUPT', { store, reason: 'its table tidemark_offsets has no version beside it' })
  if (found !== undefined && (found > steps.length || found < 1))
    throw new TidemarkError('STORE_VERSION', { store, found, expected: steps.length })
  if (found === steps.length) return
  if (found === undefined) await query('create table tidemark_schema (version integer not null)')
  for (const step of steps.slice(found ?? 0)) await query(step)
  await query('delete from tidemark_schema')
  await query('insert into tidemark_schema (version) values ($1)', [steps.length])
}

async function storedVersion(query: Query): Promise<number | undefined> {
  if (!(await hasTable(query, 'tidemark_schema'))) return undefined
  const { rows } = await query('select max(version) as version from tidemark_schema')
  return typeof rows[0]?.version === 'number' ? rows[0].version : undefined
}

/**
 * Asks the catalog as a table: `to_regclass` may answer from the session's cache, which knows of no table that another instance has made
 * while we waited for the lock.
 */
export async function hasTable(query: Query, name: string): Promise<boolean> {
  const visible =
    'select exists (select from pg_catalog.pg_class where relname = $1 and pg_table_is_visible(oid)) as found'
  const { rows } = await query(visible, [name])
  return rows[0]?.found === true
}
