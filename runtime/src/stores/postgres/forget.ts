/** Takes groups out of a database for good. */
import type { Query } from './connection.ts'
import { hasTable } from './schema.ts'

const tables = ['tidemark_offsets', 'tidemark_plans', 'tidemark_proofs'] as const

/** Inside the caller's transaction. */
export async function forgetGroups(query: Query, isMeant: (groupId: string) => boolean): Promise<void> {
  for (const table of tables) {
    if (!(await hasTable(query, table))) continue
    const { rows } = await query(`select distinct group_id from ${table}`)
    const groups = rows.map(row => String(row.group_id)).filter(isMeant)
    if (groups.length > 0) await query(`delete from ${table} where group_id = any($1)`, [groups])
  }
}
