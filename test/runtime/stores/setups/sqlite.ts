import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type SqliteTransaction, sqlite } from '../../../../runtime/src/stores/sqlite.ts'
import type { StoreSetup } from '../setups.ts'

export const setup: StoreSetup = {
  suite: 'fast',
  hasResults: true,
  isExclusive: false,

  async fresh(t) {
    const folder = await mkdtemp(join(tmpdir(), 'tidemark-sqlite-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    return join(folder, 'results.db')
  },

  // A power cut is not the subject here, a killed process is: `normal` spares a disk flush a commit.
  at: path => ({
    store: sqlite(path, { synchronous: 'normal', setup: 'create table if not exists results (word text) strict' }),
    results: {
      async write(tx, word) {
        ;(tx as SqliteTransaction).run('insert into results (word) values (?)', word)
      },
      async read() {
        const database = new DatabaseSync(path)
        try {
          return database
            .prepare('select word from results order by rowid')
            .all()
            .map(row => String(row.word))
        } finally {
          database.close()
        }
      },
    },
  }),
}
