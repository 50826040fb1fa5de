/**
 * A ZooKeeper session as promises: opened again after it was lost, every wait bounded, and honest about a write without a reply.
 *
 * Of `node-zookeeper-client` it uses only what is safe: no retries of its own (a compare-and-set sent twice refuses itself), and never
 * version 0, which its transactions take for "any version".
 */
import type { Client, Exception, Transaction } from 'node-zookeeper-client'
import type { Clock } from '../../clock.ts'
import { CommitUnknownError, reasonOf, TidemarkError } from '../../errors.ts'

/** zookeeper.apache.org, KeeperException.Code */
export const codes = { noNode: -101, noAuth: -102, badVersion: -103, nodeExists: -110, authFailed: -115 } as const

export interface SessionOptions {
  readonly name: string
  readonly connectString: string
  readonly sessionTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly credentials: { readonly scheme: string; readonly secret: string } | undefined
  readonly clock: Clock
}

export interface Node {
  readonly data: string
  readonly version: number
}

type Library = typeof import('node-zookeeper-client')['default']
type Done<T> = (error: Exception | null | undefined, answer: T) => void

export class ZooKeeperSession {
  readonly #options: SessionOptions
  #library: Library | undefined
  #client: Client | undefined
  #opening: Promise<Client> | undefined
  #isClosed = false

  constructor(options: SessionOptions) {
    this.#options = options
  }

  /** `undefined` where there is no such node. */
  get(path: string): Promise<Node | undefined> {
    const found = this.#request<Node>((client, done) =>
      client.getData(path, (error, data, stat) =>
        done(error, { data: String(data ?? ''), version: stat?.version ?? 0 }),
      ),
    )
    return found.catch(ignore(codes.noNode))
  }

  children(path: string): Promise<string[] | undefined> {
    return this.#request<string[]>((client, done) => client.getChildren(path, done)).catch(ignore(codes.noNode))
  }

  async makeFolder(path: string): Promise<void> {
    await this.#request((client, done) =>
      client.mkdirp(path, Buffer.alloc(0), this.#acls(), this.#mode('PERSISTENT'), done),
    )
  }

  async remove(path: string): Promise<void> {
    await this.#request<void>((client, done) => client.remove(path, -1, done)).catch(ignore(codes.noNode))
  }

  /** Writes without comparing; what was written before by anybody is seen by reads of this session from here on. */
  async set(path: string, data: string): Promise<void> {
    await this.#request((client, done) => client.setData(path, Buffer.from(data), -1, done))
  }

  /**
   * All steps or none.
   * @returns the code of the step that failed, `undefined` when all are done.
   * @throws CommitUnknownError the connection was lost, or silent for too long, after the steps had been handed over.
   */
  async multi(build: (steps: Steps) => void): Promise<number | undefined> {
    const client = await this.#connected()
    const transaction = client.transaction()
    build(
      new Steps(transaction, this.#acls(), {
        plain: this.#mode('PERSISTENT'),
        numbered: this.#mode('PERSISTENT_SEQUENTIAL'),
      }),
    )
    try {
      await this.#settled(client, done => transaction.commit(done))
    } catch (error) {
      const code = codeOf(error)
      if (code !== undefined && code <= codes.noNode && code !== codes.authFailed && code !== sessionExpired)
        return code
      throw new CommitUnknownError(this.#options.name, reasonOf(error), { cause: error })
    }
    return undefined
  }

  close(): void {
    this.#isClosed = true
    this.#drop(this.#client)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  async #request<T>(send: (client: Client, done: Done<T>) => void): Promise<T> {
    const client = await this.#connected()
    try {
      return await this.#settled<T>(client, done => send(client, done))
    } catch (error) {
      throw this.#failure(error)
    }
  }

  /** A request that gets no answer in time gives its session up: left queued, it might be sent much later. */
  #settled<T>(client: Client, send: (done: Done<T>) => void): Promise<T> {
    const { clock, requestTimeoutMs } = this.#options
    return new Promise((resolve, reject) => {
      const cancel = clock.after(requestTimeoutMs, () => {
        this.#drop(client)
        reject(new Error(`no answer within ${requestTimeoutMs} ms`))
      })
      send((error, answer) => {
        cancel()
        if (error) reject(error)
        else resolve(answer)
      })
    })
  }

  #connected(): Promise<Client> {
    if (this.#isClosed) return Promise.reject(new TidemarkError('CONNECTION_CLOSED', { what: this.#options.name }))
    if (this.#client) return Promise.resolve(this.#client)
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #connect(): Promise<Client> {
    const { connectString, sessionTimeoutMs, requestTimeoutMs, credentials, clock } = this.#options
    this.#library ??= await this.#load()
    const client = this.#library.createClient(connectString, { sessionTimeout: sessionTimeoutMs, retries: 0 })
    if (credentials) client.addAuthInfo(credentials.scheme, Buffer.from(credentials.secret))
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: string): void => {
        client.close()
        reject(new TidemarkError('STORE_UNREACHABLE', { store: this.#options.name, reason }))
      }
      const cancel = clock.after(requestTimeoutMs, () => fail(`no server answered within ${requestTimeoutMs} ms`))
      client.once('connected', () => {
        cancel()
        resolve()
      })
      client.connect()
    })
    // An expired session cannot be used again. Nothing of ours hangs on it: fencing is by version, not by an ephemeral node.
    for (const end of ['expired', 'authenticationFailed'] as const) client.on(end, () => this.#drop(client))
    this.#client = client
    return client
  }

  async #load(): Promise<Library> {
    try {
      return (await import('node-zookeeper-client')).default
    } catch (cause) {
      const reason = "the package 'node-zookeeper-client' is not installed; run: npm install node-zookeeper-client"
      throw new TidemarkError('STORE_UNREACHABLE', { store: this.#options.name, reason }, { cause })
    }
  }

  #drop(client: Client | undefined): void {
    if (this.#client === client) this.#client = undefined
    client?.close()
  }

  #failure(error: unknown): unknown {
    const code = codeOf(error)
    const store = this.#options.name
    const reason = reasonOf(error)
    if (code === codes.noAuth || code === codes.authFailed)
      return new TidemarkError('STORE_READ_ONLY', { store, reason }, { cause: error })
    if (code === undefined || code > codes.noNode || code === sessionExpired)
      return new TidemarkError('STORE_UNREACHABLE', { store, reason }, { cause: error })
    return error
  }

  #acls(): readonly unknown[] {
    if (!this.#library) return []
    return this.#options.credentials ? this.#library.ACL.CREATOR_ALL_ACL : this.#library.ACL.OPEN_ACL_UNSAFE
  }

  #mode(kind: 'PERSISTENT' | 'PERSISTENT_SEQUENTIAL'): number {
    return this.#library?.CreateMode[kind] ?? 0
  }
}

const sessionExpired = -112

/** The steps of one transaction. */
export class Steps {
  readonly #transaction: Transaction
  readonly #acls: readonly unknown[]
  readonly #modes: { readonly plain: number; readonly numbered: number }

  constructor(
    transaction: Transaction,
    acls: readonly unknown[],
    modes: { readonly plain: number; readonly numbered: number },
  ) {
    this.#transaction = transaction
    this.#acls = acls
    this.#modes = modes
  }

  /** A node that can be compared from now on: its version is 1, since 0 could not be asked for. */
  create(path: string, data: string): void {
    this.#transaction.create(path, Buffer.alloc(0), this.#acls, this.#modes.plain)
    this.#transaction.setData(path, Buffer.from(data), -1)
  }

  /** ZooKeeper appends a number that only grows. */
  createNumbered(path: string, data: string): void {
    this.#transaction.create(path, Buffer.from(data), this.#acls, this.#modes.numbered)
  }

  /** Only if the node still has this version. */
  compareAndSet(path: string, data: string, version: number): void {
    this.#transaction.setData(path, Buffer.from(data), version)
  }

  /** Fails the transaction unless the node still has this version. */
  check(path: string, version: number): void {
    this.#transaction.check(path, version)
  }

  set(path: string, data: string): void {
    this.#transaction.setData(path, Buffer.from(data), -1)
  }
}

export function codeOf(error: unknown): number | undefined {
  const hasCode = error instanceof Error && 'getCode' in error && typeof error.getCode === 'function'
  return hasCode ? Number((error as Exception).getCode()) : undefined
}

function ignore(code: number): (error: unknown) => undefined {
  return error => {
    if (codeOf(error) !== code) throw error
    return undefined
  }
}
