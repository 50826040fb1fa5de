import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { type PostgresTransaction, postgres } from '../../../../runtime/src/stores/postgres.ts'
import { type TestPostgres, usePostgres } from '../../../harness/postgres.ts'
import type { StoreSetup } from '../setups.ts'

let server: TestPostgres | undefined

/** A place is a connection string whose `search_path` is a schema of its own. */
export const setup: StoreSetup = {
  suite: 'server',
  hasResults: true,
  isExclusive: false,

  async start(suite) {
    server = await usePostgres(suite)
  },

  async fresh(t) {
    if (!server) throw new Error('the suite has not started PostgreSQL')
    const schema = `place_${randomBytes(6).toString('hex')}`
    await query(server.connectionString, `create schema ${schema}`)
    const { connectionString } = server
    t.after(() => query(connectionString, `drop schema ${schema} cascade`))
    return `${connectionString}?options=${encodeURIComponent(`-c search_path=${schema}`)}`
  },

  at: place => ({
    store: postgres(place, { setup: 'create table if not exists results (id bigserial, word text)' }),
    results: {
      async write(tx, word) {
        await (tx as PostgresTransaction).query('insert into results (word) values ($1)', [word])
      },
      async read() {
        return (await query(place, 'select word from results order by id')).map(row => String(row.word))
      },
    },
  }),
}

async function query(connectionString: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
