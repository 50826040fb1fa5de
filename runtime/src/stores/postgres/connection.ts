/** One PostgreSQL connection: one user at a time, opened again after it was lost, and honest about a COMMIT without a reply. */
import type { Socket } from 'node:net'
import type { Client, ClientConfig } from 'pg'
import { CommitUnknownError, reasonOf, TidemarkError } from '../../errors.ts'
import { Serial } from '../shared/serial.ts'
import { isServersAnswer, postgresFailure } from './failure.ts'

export interface QueryAnswer {
  /** Rows as `pg` parses them: `bigint` and `numeric` columns are strings unless you registered another parser. */
  readonly rows: readonly Record<string, unknown>[]
  /** Rows changed or found; `null` for statements that have no such number. */
  readonly rowCount: number | null
}

export type Query = (sql: string, parameters?: readonly unknown[]) => Promise<QueryAnswer>

export class PostgresConnection {
  readonly name: string
  readonly #config: ClientConfig
  readonly #commitTimeoutMs: number
  readonly #serial = new Serial()
  #client: Client | undefined
  #isClosed = false

  constructor(name: string, config: ClientConfig, commitTimeoutMs: number) {
    this.name = name
    this.#config = config
    this.#commitTimeoutMs = commitTimeoutMs
  }

  /** Statements outside a transaction. */
  use<T>(task: (query: Query) => Promise<T>): Promise<T> {
    return this.#exclusive(client => task((sql, parameters) => this.#query(client, sql, parameters)))
  }

  /**
   * All of `body`, or nothing.
   * @throws CommitUnknownError the connection was lost, or silent for too long, after COMMIT had been sent.
   */
  transaction<T>(body: (query: Query, client: Client) => Promise<T>): Promise<T> {
    return this.#exclusive(async client => {
      const query: Query = (sql, parameters) => this.#query(client, sql, parameters)
      await query('begin')
      let result: T
      try {
        result = await body(query, client)
      } catch (error) {
        // A lost connection rolls back on the server's side; there is nobody here to tell.
        if (client === this.#client) await query('rollback').catch(() => this.#drop(client))
        throw error
      }
      await this.#commit(client)
      return result
    })
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#serial.run(async () => {
      const client = this.#client
      this.#client = undefined
      await client?.end().catch(() => {})
    })
  }

  /**
   *   1. COMMIT is sent
   *   2. the server writes it down
   *   3. the connection breaks before the answer arrives
   * From here 2 and "never arrived" look the same, so neither is assumed.
   */
  async #commit(client: Client): Promise<void> {
    let answer: { readonly command: string }
    try {
      answer = await client.query({ text: 'commit', query_timeout: this.#commitTimeoutMs } as { text: string })
    } catch (error) {
      if (isServersAnswer(error)) throw postgresFailure(error, this.name)
      this.#drop(client)
      throw new CommitUnknownError(this.name, reasonOf(error), { cause: error })
    }
    // The server answers the COMMIT of a failed transaction with ROLLBACK, and no error.
    if (answer.command !== 'COMMIT')
      throw new TidemarkError('STORE_BUSY_OUTSIDE', { store: this.name, reason: 'the transaction had already failed' })
  }

  async #query(client: Client, sql: string, parameters?: readonly unknown[]): Promise<QueryAnswer> {
    try {
      return parameters ? await client.query(sql, [...parameters]) : await client.query(sql)
    } catch (error) {
      if (!isServersAnswer(error)) this.#drop(client)
      throw postgresFailure(error, this.name)
    }
  }

  #exclusive<T>(task: (client: Client) => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new TidemarkError('CONNECTION_CLOSED', { what: this.name }))
    return this.#serial.run(async () => task(this.#client ?? (await this.#connect())))
  }

  async #connect(): Promise<Client> {
    const { default: pg } = await import('pg').catch(cause => {
      const reason = "the package 'pg' is not installed; run: npm install pg"
      throw new TidemarkError('STORE_UNREACHABLE', { store: this.name, reason }, { cause })
    })
    const client = new pg.Client(this.#config)
    // Between two queries nobody listens otherwise, and an unheard 'error' ends the process.
    client.on('error', () => this.#drop(client))
    try {
      await client.connect()
    } catch (error) {
      client.end().catch(() => {})
      throw postgresFailure(error, this.name)
    }
    this.#client = client
    return client
  }

  #drop(client: Client): void {
    if (this.#client === client) this.#client = undefined
    client.end().catch(() => {})
    // `end` says goodbye and waits for an answer; a peer that has gone silent would keep the process from ending.
    ;(client as unknown as { readonly connection?: { readonly stream?: Socket } }).connection?.stream?.destroy()
  }
}
