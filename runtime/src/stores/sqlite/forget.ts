/** Takes groups out of a database for good. */
import { existsSync } from 'node:fs'
import { systemClock } from '../../clock.ts'
import { Connection } from './connection.ts'
import { hasTable } from './schema.ts'

const tables = ['tidemark_offsets', 'tidemark_plans', 'tidemark_proofs'] as const
const lockWaitMs = 5_000

export async function forgetGroups(path: string, name: string, isMeant: (groupId: string) => boolean): Promise<void> {
  if (!existsSync(path)) return
  const connection = await Connection.open(path, name, { clock: systemClock, lockWaitMs })
  const { database } = connection
  const groupsIn = (table: string): string[] => {
    if (!hasTable(database, table)) return []
    const rows = database.prepare(`select distinct group_id from ${table}`).all()
    return rows.map(row => String(row.group_id)).filter(isMeant)
  }
  try {
    // Looked for first: the write lock is not asked for where there is nothing to delete.
    const found = await connection.use(() => tables.map(table => ({ table, groups: groupsIn(table) })))
    if (found.every(({ groups }) => groups.length === 0)) return
    await connection.transaction(() => {
      for (const { table, groups } of found)
        for (const group of groups) database.prepare(`delete from ${table} where group_id = ?`).run(group)
    })
  } finally {
    await connection.close()
  }
}
