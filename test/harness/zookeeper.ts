/** A real ZooKeeper for a test: jars through Maven, fetched once into the user's cache, data in a folder of its own. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findJava } from '@tidemark/runtime/localKafka'
import { testCacheFolder } from './folders.ts'
import type { Scope } from './scope.ts'
import { until } from './until.ts'

const version = '3.9.3'
const fetchTimeoutMs = 300_000
const startTimeoutMs = 60_000
const answerTimeoutMs = 500

export interface TestZooKeeper {
  /** `127.0.0.1:2181` */
  readonly connectString: string
  readonly port: number
  /** SIGKILL; `start` brings it back on the same port with the same data. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Sessions that have neither been closed nor expired. */
  sessions(): Promise<number>
}

/**
 * A ZooKeeper server for as long as the test lasts.
 * @example const { connectString } = await useZooKeeper(t)
 */
export async function useZooKeeper(t: Scope): Promise<TestZooKeeper> {
  const libraries = await jars()
  const java = (await findJava(process.env)).path
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-zookeeper-'))
  const server = new Server(java, libraries, folder, await freePort())
  t.after(async () => {
    await server.end('SIGTERM')
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  await server.start()
  return server
}

class Server implements TestZooKeeper {
  readonly port: number
  readonly #java: string
  readonly #libraries: string
  readonly #folder: string
  #process: ChildProcess | undefined

  constructor(java: string, libraries: string, folder: string, port: number) {
    this.#java = java
    this.#libraries = libraries
    this.#folder = folder
    this.port = port
  }

  get connectString(): string {
    return `127.0.0.1:${this.port}`
  }

  /** Ready is when it says which part it plays: `ruok` is answered too early. */
  async start(): Promise<void> {
    const file = join(this.#folder, 'zoo.cfg')
    const settings = {
      dataDir: join(this.#folder, 'data'),
      clientPort: this.port,
      clientPortAddress: '127.0.0.1',
      tickTime: 200,
      'admin.enableServer': false,
      '4lw.commands.whitelist': '*',
      forceSync: 'no',
    }
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
    await writeFile(file, lines.join(''))
    const flags = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
    const args = [...flags, '-cp', join(this.#libraries, '*'), 'org.apache.zookeeper.server.ZooKeeperServerMain', file]
    const started = spawn(this.#java, args, { stdio: 'ignore', cwd: this.#folder })
    this.#process = started
    await until(
      'ZooKeeper serves',
      async () => {
        if (started.exitCode !== null) throw new Error(`it ended with ${started.exitCode}`)
        return (await this.#ask('srvr')).includes('Mode:')
      },
      { deadlineMs: startTimeoutMs },
    )
  }

  kill(): Promise<void> {
    return this.end('SIGKILL')
  }

  async sessions(): Promise<number> {
    return Number(/zk_global_sessions\s+(\d+)/.exec(await this.#ask('mntr'))?.[1] ?? Number.NaN)
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const ending = this.#process
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
    const ended = once(ending, 'exit')
    ending.kill(signal)
    await ended
  }

  async #ask(word: string): Promise<string> {
    const socket = createConnection({ host: '127.0.0.1', port: this.port })
    // One that asks in the middle of the start may be left without an answer for ever.
    socket.setTimeout(answerTimeoutMs, () => socket.destroy(new Error('no answer')))
    socket.end(word)
    let answer = ''
    for await (const chunk of socket) answer += String(chunk)
    return answer
  }
}

/** Two test files may come here at once: each fetches into a folder of its own and renames it into place. */
async function jars(): Promise<string> {
  const folder = join(testCacheFolder(), `zookeeper-${version}`)
  if (await exists(folder)) return folder
  await mkdir(testCacheFolder(), { recursive: true })
  const work = await mkdtemp(`${folder}.part-`)
  try {
    await writeFile(join(work, 'pom.xml'), pom)
    const command = process.platform === 'win32' ? 'mvn.cmd' : 'mvn'
    const args = ['-B', '-q', 'dependency:copy-dependencies', '-DoutputDirectory=libs']
    await promisify(execFile)(command, args, {
      cwd: work,
      timeout: fetchTimeoutMs,
      shell: process.platform === 'win32',
    })
    await rename(join(work, 'libs'), folder).catch(async error => {
      if (!(await exists(folder))) throw error
    })
    return folder
  } catch (cause) {
    throw new Error(
      `ZooKeeper ${version} could not be fetched into ${folder}. It needs the command 'mvn' (Debian: apt-get install maven).`,
      { cause },
    )
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The two beside ZooKeeper itself are what it needs to run and its own pom leaves to others. */
const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tidemark</groupId>
  <artifactId>test-zookeeper</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.zookeeper</groupId><artifactId>zookeeper</artifactId><version>${version}</version></dependency>
    <dependency><groupId>io.dropwizard.metrics</groupId><artifactId>metrics-core</artifactId><version>4.1.12.1</version></dependency>
    <dependency><groupId>org.xerial.snappy</groupId><artifactId>snappy-java</artifactId><version>1.1.10.5</version></dependency>
  </dependencies>
</project>
`

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
