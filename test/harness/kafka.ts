/** A real Kafka for a test: the one that the run shares, or one of its own with brokers that can be killed, frozen and restarted. */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  findDistribution,
  findJava,
  type SecureListener,
  startLocalKafka,
  stopLocalKafka,
} from '@tidemark/runtime/localKafka'
import { nodeFiles, startNode, waitUntilServing } from '../../runtime/src/localKafka/node.ts'
import { isRunning, type ProcessIdentity, signalProcess } from '../../runtime/src/localKafka/processIdentity.ts'
import { readState, writeState } from '../../runtime/src/localKafka/stateFile.ts'
import type { Scope } from './scope.ts'
import { uniqueName } from './topics.ts'
import { until } from './until.ts'

const run = promisify(execFile)

/** Brokers of the Kafka that a whole run shares, comma-separated; set by `test/run.ts`. */
export const sharedKafkaVariable = 'TIDEMARK_TEST_KAFKA'
/** Folder that holds the clusters a run starts. */
export const clustersFolderVariable = 'TIDEMARK_TEST_KAFKA_FOLDER'

export interface TestKafka {
  /** `127.0.0.1:9092`, one a broker. */
  readonly brokers: string[]
  /** Each broker's `log.dirs`, for tools that read segments. Empty for the shared Kafka. */
  readonly logFolders: readonly string[]
  /** What a local Kafka of this name keeps; of the shared Kafka it is nobody's. */
  readonly folder?: string
  /** Ends all brokers (`kill -9` with `isKilled`) and starts them again with the same data and ports. */
  restart(options?: { readonly isKilled?: boolean }): Promise<void>
  /** `kill -9`; the index counts from 0. `startBroker` brings it back. */
  killBroker(index: number): Promise<void>
  startBroker(index: number): Promise<void>
  /** SIGSTOP, and every thread stands; the answer lets it go on (SIGCONT). Undone at the test's end in any case. */
  freeze(index: number): Promise<() => Promise<void>>
  /** Runs one of Kafka's own tools, the independent witness, and answers what it printed. */
  tool(mainClass: string, args: readonly string[], options?: ToolOptions): Promise<string>
}

export interface ToolOptions {
  readonly input?: string
  /** Ends a tool that would go on; its promise rejects. */
  readonly signal?: AbortSignal
}

export interface KafkaNeeds {
  readonly brokers?: 1 | 3
  /** Lines of server.properties. */
  readonly configs?: Readonly<Record<string, string>>
  /** Listeners beside the plain one. */
  readonly secureListeners?: readonly SecureListener[]
  /** A cluster that no other test touches: needed by whoever kills, freezes or restarts it. Implied by the other needs. */
  readonly isOwn?: boolean
}

/**
 * A Kafka that serves, for as long as the test lasts.
 * @example const kafka = await useKafka(t)
 */
export async function useKafka(
  t: Scope,
  { brokers = 1, configs, secureListeners = [], isOwn = false }: KafkaNeeds = {},
): Promise<TestKafka> {
  const shared = process.env[sharedKafkaVariable]
  if (shared && brokers === 1 && !configs && secureListeners.length === 0 && !isOwn)
    return sharedKafka(shared.split(','))
  const address = { name: uniqueName('test'), folder: clustersFolder() }
  const cluster = await startLocalKafka({
    ...address,
    brokers,
    port: 0,
    ...(configs ? { configs } : {}),
    secureListeners,
    engine: 'java',
    isEphemeral: true,
    isDetached: false,
    timeoutMs: 120_000,
  })
  t.after(() => stopLocalKafka(address))
  return ownKafka(t, [...cluster.brokers], cluster.folder)
}

/** Where brokers of tests live; the run names one, and ends whatever is left in it. */
export function clustersFolder(): string {
  return process.env[clustersFolderVariable] ?? join(tmpdir(), 'tidemark-test-kafka')
}

function sharedKafka(brokers: string[]): TestKafka {
  const refuse = async (): Promise<never> => {
    throw new Error('This Kafka is shared with other tests: ask for one with useKafka(t, { isOwn: true })')
  }
  return {
    brokers,
    logFolders: [],
    tool: kafkaTool,
    restart: refuse,
    killBroker: refuse,
    startBroker: refuse,
    freeze: refuse,
  }
}

function ownKafka(t: Scope, brokers: string[], folder: string): TestKafka {
  const endBroker = async (index: number, signal: NodeJS.Signals) => {
    const identity = (await nodeState(folder, index)).process
    if (!identity || !(await signalProcess(identity, signal))) return
    await until(`broker ${index} ended after ${signal}`, async () => !(await isRunning(identity)))
  }
  const startBroker = async (index: number) => {
    const { nodeId, clientPort } = await nodeState(folder, index)
    const setup = {
      javaPath: (await findJava(process.env)).path,
      classPath: await classPath(),
      isDetached: false,
      env: process.env,
    }
    const files = nodeFiles(folder, nodeId)
    const { child, identity } = await startNode(files, setup)
    await replaceProcess(folder, nodeId, identity)
    return () =>
      waitUntilServing({ nodeId, port: clientPort, brokers: brokers.length, timeoutMs: 120_000 }, files, child)
  }
  return {
    brokers,
    folder,
    logFolders: brokers.map((_, index) => nodeFiles(folder, index + 1).data),
    tool: kafkaTool,
    async restart({ isKilled = false } = {}) {
      await Promise.all(brokers.map((_, index) => endBroker(index, isKilled ? 'SIGKILL' : 'SIGTERM')))
      const serving: (() => Promise<void>)[] = []
      for (const index of brokers.keys()) serving.push(await startBroker(index))
      await Promise.all(serving.map(wait => wait()))
    },
    killBroker: index => endBroker(index, 'SIGKILL'),
    async startBroker(index) {
      const serving = await startBroker(index)
      await serving()
    },
    async freeze(index) {
      const identity = (await nodeState(folder, index)).process
      if (!identity || !(await signalProcess(identity, 'SIGSTOP'))) throw new Error(`broker ${index} is not running`)
      const thaw = async () => void (await signalProcess(identity, 'SIGCONT'))
      t.after(thaw)
      await until(`broker ${index} stands still`, () => standsStill(identity))
      return thaw
    },
  }
}

/** A signal is only noted when it is sent: a thread that runs on another core goes on until the kernel comes to it. */
async function standsStill({ pid }: ProcessIdentity): Promise<boolean> {
  if (process.platform !== 'linux') {
    const { stdout } = await run('ps', ['-o', 'stat=', '-p', String(pid)])
    return stdout.trimStart().startsWith('T')
  }
  // proc(5): the state is the first field behind the name, which may hold brackets itself.
  const tasks = `/proc/${pid}/task`
  const threads = await Promise.all(
    (await readdir(tasks)).map(thread => readFile(join(tasks, thread, 'stat'), 'utf8').catch(() => ') T')),
  )
  return threads.every(stat => stat.slice(stat.lastIndexOf(')') + 2).startsWith('T'))
}

async function nodeState(folder: string, index: number) {
  const node = (await readState(folder))?.nodes[index]
  if (!node) throw new Error(`there is no broker ${index} in ${folder}`)
  return node
}

async function replaceProcess(folder: string, nodeId: number, identity: ProcessIdentity | undefined): Promise<void> {
  const state = await readState(folder)
  if (!state) throw new Error(`no cluster in ${folder}`)
  await writeState(folder, {
    ...state,
    nodes: state.nodes.map(node => (node.nodeId === nodeId ? { ...node, process: identity } : node)),
  })
}

/** One of Kafka's own tools, in a JVM that takes a second to begin. */
export async function kafkaTool(
  mainClass: string,
  args: readonly string[],
  { input = '', signal }: ToolOptions = {},
): Promise<string> {
  const java = await findJava(process.env)
  const quick = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Dlog4j2.level=ERROR']
  const running = run(java.path, [...quick, '-cp', await classPath(), mainClass, ...args], {
    maxBuffer: 256 << 20,
    ...(signal ? { signal } : {}),
  })
  running.child.stdin?.end(input)
  return (await running).stdout
}

async function classPath(): Promise<string> {
  return (await findDistribution(process.env, () => {})).classPath
}
