/** Starting, ending and describing one local cluster. */
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkConfigs, type NodePlan } from './configuration.ts'
import { findDistribution } from './distribution.ts'
import { composeDown, composeLogs, composeUp, dockerProblem, waitForContainers } from './docker.ts'
import { LocalKafkaError } from './errors.ts'
import { clustersFolder, dataHomeVariable, type Environment } from './folders.ts'
import { findJava } from './java.ts'
import { askBrokers, hasCoordinator } from './metadataProbe.ts'
import { endNodes, type JavaSetup, lastWords, nodeFiles, prepareNode, startNode, waitUntilServing } from './node.ts'
import { chooseClientPorts, freePorts } from './ports.ts'
import { isRunning } from './processIdentity.ts'
import {
  bootstrapOf,
  type ClusterState,
  type NodeState,
  readState,
  removeState,
  withLock,
  writeState,
} from './stateFile.ts'

const freeMbMin = 300
const startAttempts = 3

/** Which local cluster is meant. */
export interface ClusterAddress {
  /** Several clusters live side by side under names of their own. @defaultValue 'default' */
  readonly name?: string
  /** The folder that holds clusters. @defaultValue the operating system's folder for application data */
  readonly folder?: string
  readonly env?: Environment
}

export interface StartOptions extends ClusterAddress {
  readonly brokers?: 1 | 3
  /** First broker's port; the others follow. 0: any free ones. Left out: 9092, or free ones when that is taken. */
  readonly port?: number
  /** Lines of `server.properties`, for every broker. */
  readonly configs?: Readonly<Record<string, string>>
  /** Data is removed by `down`. */
  readonly isEphemeral?: boolean
  /** @defaultValue 'auto': Docker when an engine answers, else Java */
  readonly engine?: 'auto' | 'docker' | 'java'
  /** How long to wait for the first answer. @defaultValue 60_000 ms */
  readonly timeoutMs?: number
  /** Whether brokers live on when this process ends or its terminal is interrupted. @defaultValue true */
  readonly isDetached?: boolean
  /** Told what is being done, a line a step. */
  readonly progress?: (text: string) => void
}

export interface RunningCluster {
  readonly name: string
  readonly engine: 'java' | 'docker'
  readonly clusterId: string
  /** `127.0.0.1:9092`, one a broker. */
  readonly brokers: readonly string[]
  /** Process ids by broker; empty under Docker. */
  readonly pids: readonly number[]
  /** Where data and logs are. */
  readonly folder: string
  readonly isEphemeral: boolean
  /** Whether it was running before. */
  readonly wasRunning: boolean
}

/**
 * Starts a cluster, or finds it running. Resolves when every broker answers Metadata with all brokers in it.
 *
 * @throws {LocalKafkaError} with what to do; then nothing that this call started is left running.
 * @example const { brokers } = await startLocalKafka({ isEphemeral: true })
 */
export async function startLocalKafka(options: StartOptions = {}): Promise<RunningCluster> {
  const plan = planned(options)
  checkConfigs(plan.configs)
  return withLock(plan.folder, plan.name, async () => {
    const running = await alreadyRunning(plan)
    if (running) return running
    const engine = await chooseEngine(plan)
    await makeFolder(plan)
    const clusterId = await clusterIdOf(plan)
    return engine === 'docker' ? startContainers(plan, clusterId) : startProcesses(plan, clusterId)
  })
}

/** Ends exactly what `startLocalKafka` started. Data of an ephemeral cluster goes with it, or always with `isDataRemoved`. */
export async function stopLocalKafka(
  address: ClusterAddress & { readonly isDataRemoved?: boolean; readonly isGraceful?: boolean } = {},
): Promise<'stopped' | 'wasNotRunning'> {
  const { folder, name, env } = located(address)
  return withLock(folder, name, async () => {
    const state = await readState(folder)
    const isDataRemoved = address.isDataRemoved === true || state?.isEphemeral === true
    if (state?.engine === 'docker') await composeDown(folder, name, isDataRemoved, env)
    const alive = state ? await runningNodes(state) : []
    await endNodes(alive.map(identified), address.isGraceful ?? !isDataRemoved)
    await removeState(folder)
    if (isDataRemoved) await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    return alive.length > 0 || state?.engine === 'docker' ? 'stopped' : 'wasNotRunning'
  })
}

export interface ClusterStatus {
  readonly name: string
  readonly folder: string
  readonly state: 'notStarted' | 'running' | 'starting' | 'partlyRunning' | 'ended'
  readonly engine?: 'java' | 'docker'
  readonly clusterId?: string
  readonly isEphemeral?: boolean
  readonly nodes: readonly {
    readonly nodeId: number
    readonly address: string
    readonly pid: number | undefined
    readonly isRunning: boolean
    readonly isServing: boolean
  }[]
}

/** What is there now, asked of the system and of the brokers, not only of the state file. */
export async function localKafkaStatus(address: ClusterAddress = {}): Promise<ClusterStatus> {
  const { folder, name } = located(address)
  const state = await readState(folder)
  if (!state) return { name, folder, state: 'notStarted', nodes: [] }
  const nodes = await Promise.all(
    state.nodes.map(async ({ nodeId, clientPort, process }) => {
      const known = await askBrokers(clientPort, 2_000).catch(() => [])
      const isAlive = state.engine === 'docker' ? known.length > 0 : process !== undefined && (await isRunning(process))
      return {
        nodeId,
        address: `127.0.0.1:${clientPort}`,
        pid: process?.pid,
        isRunning: isAlive,
        isServing: isAlive && known.length > 0,
      }
    }),
  )
  const running = nodes.filter(node => node.isRunning).length
  const serving = nodes.filter(node => node.isServing).length
  const summary =
    running === 0 ? 'ended' : running < nodes.length ? 'partlyRunning' : serving < nodes.length ? 'starting' : 'running'
  return {
    name,
    folder,
    state: summary,
    engine: state.engine,
    clusterId: state.clusterId,
    isEphemeral: state.isEphemeral,
    nodes,
  }
}

/** The last `lines` log lines of each broker. */
export async function localKafkaLogs(
  address: ClusterAddress & { readonly lines?: number } = {},
): Promise<readonly { readonly node: string; readonly text: string }[]> {
  const { folder, name, env } = located(address)
  const lines = address.lines ?? 100
  const state = await readState(folder)
  if (state?.engine === 'docker') return [{ node: 'all', text: await composeLogs(folder, name, lines, env) }]
  const nodeIds = state ? state.nodes.map(node => node.nodeId) : [1]
  return Promise.all(
    nodeIds.map(async nodeId => ({ node: String(nodeId), text: await lastWords(nodeFiles(folder, nodeId), lines) })),
  )
}

interface Plan {
  readonly name: string
  readonly folder: string
  readonly env: Environment
  readonly brokers: 1 | 3
  readonly port: number | undefined
  readonly configs: Readonly<Record<string, string>>
  readonly isEphemeral: boolean
  readonly engine: 'auto' | 'docker' | 'java'
  readonly timeoutMs: number
  readonly isDetached: boolean
  readonly progress: (text: string) => void
}

function planned(options: StartOptions): Plan {
  return {
    ...located(options),
    brokers: options.brokers ?? 1,
    port: options.port,
    configs: options.configs ?? {},
    isEphemeral: options.isEphemeral ?? false,
    engine: options.engine ?? 'auto',
    timeoutMs: options.timeoutMs ?? 60_000,
    isDetached: options.isDetached ?? true,
    progress: options.progress ?? (() => {}),
  }
}

function located({ name = 'default', folder, env = process.env }: ClusterAddress): {
  name: string
  folder: string
  env: Environment
} {
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name)) throw new LocalKafkaError('NAME_INVALID', { name })
  return { name, env, folder: join(folder ?? clustersFolder(env), name) }
}

async function alreadyRunning(plan: Plan): Promise<RunningCluster | undefined> {
  const state = await readState(plan.folder)
  if (!state) return undefined
  if (state.engine === 'docker') return undefined // `docker compose up` is idempotent and knows better than a file.
  const alive = await runningNodes(state)
  if (alive.length === 0) {
    plan.progress(
      `The state file named ${pidsOf(state).join(', ') || 'no process'}, which ended without 'down'; starting anew`,
    )
    return undefined
  }
  const option = plan.name === 'default' ? '' : ` --name ${plan.name}`
  if (alive.length < state.nodes.length) {
    const missing = state.nodes.filter(node => !alive.includes(node)).map(node => `broker ${node.nodeId}`)
    throw new LocalKafkaError('PARTLY_RUNNING', { name: plan.name, missing: missing.join(', '), option })
  }
  const remedy = `Run 'tidemark kafka down${option}' first`
  const differs = (has: string, asked: string) =>
    new LocalKafkaError('ALREADY_DIFFERENT', { name: plan.name, verb: 'runs with', has, asked, remedy })
  if (state.nodes.length !== plan.brokers) throw differs(`${state.nodes.length} brokers`, String(plan.brokers))
  const port = state.nodes[0]?.clientPort
  if (plan.port && port !== plan.port) throw differs(`port ${port}`, String(plan.port))
  return runningCluster(plan, state, true)
}

async function chooseEngine({ engine, env }: Plan): Promise<'docker' | 'java'> {
  if (engine === 'java') return 'java'
  const problem = await dockerProblem(env)
  if (problem === undefined) return 'docker'
  if (engine === 'docker') throw new LocalKafkaError('DOCKER_UNAVAILABLE', { output: problem })
  return 'java'
}

async function makeFolder({ folder }: Plan): Promise<void> {
  await mkdir(folder, { recursive: true }).catch(error => {
    throw new LocalKafkaError('FOLDER_NOT_WRITABLE', { path: folder, reason: error.code, variable: dataHomeVariable })
  })
  const { bavail, bsize } = await statfs(folder)
  const freeMb = Math.floor((bavail * bsize) / 2 ** 20)
  if (freeMb < freeMbMin)
    throw new LocalKafkaError('DISK_FULL', { path: folder, freeMb, neededMb: freeMbMin, variable: dataHomeVariable })
}

/** A cluster keeps its id and its number of brokers over restarts: a quorum cannot be enlarged by editing a file. */
async function clusterIdOf({ folder, name, brokers }: Plan): Promise<string> {
  const path = join(folder, 'cluster.json')
  const known = await readFile(path, 'utf8')
    .then(JSON.parse)
    .catch(() => undefined)
  if (known && known.brokers !== brokers) {
    const remedy = `Run 'tidemark kafka down --delete-data${name === 'default' ? '' : ` --name ${name}`}' first (its records are lost)`
    throw new LocalKafkaError('ALREADY_DIFFERENT', {
      name,
      verb: 'has data of',
      has: `${known.brokers} broker(s)`,
      asked: String(brokers),
      remedy,
    })
  }
  if (known) return known.clusterId
  const clusterId = randomBytes(16).toString('base64url')
  await writeFile(path, JSON.stringify({ clusterId, brokers }))
  return clusterId
}

async function startContainers(plan: Plan, clusterId: string): Promise<RunningCluster> {
  const { folder, name, env, timeoutMs, isEphemeral, configs } = plan
  const known = await readState(folder)
  const clientPorts = known?.nodes.map(node => node.clientPort) ?? (await chooseClientPorts(plan.brokers, plan.port))
  const nodes = clientPorts.map((clientPort, i) => ({
    nodeId: i + 1,
    clientPort,
    controllerPort: 0,
    process: undefined,
  }))
  const state: ClusterState = { version: 1, name, engine: 'docker', clusterId, isEphemeral, nodes }
  await writeState(folder, state)
  plan.progress('Starting Kafka in Docker')
  try {
    await composeUp(folder, name, { clusterId, clientPorts, configs, isEphemeral }, env)
    await waitForContainers(folder, name, clientPorts, timeoutMs, env)
  } catch (error) {
    await composeDown(folder, name, isEphemeral, env).catch(() => {})
    await removeState(folder)
    throw error
  }
  return runningCluster(plan, state, false)
}

async function startProcesses(plan: Plan, clusterId: string): Promise<RunningCluster> {
  const java = await findJava(plan.env)
  const { classPath } = await findDistribution(plan.env, plan.progress)
  const setup: JavaSetup = { javaPath: java.path, classPath, isDetached: plan.isDetached }
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(plan, clusterId, setup)
    } catch (error) {
      // Between the search for a free port and the broker's bind another program may take it.
      const isPortLost =
        error instanceof LocalKafkaError &&
        error.code === 'BROKER_EXITED' &&
        /Address already in use/.test(error.message)
      if (!isPortLost) throw error
      if (plan.port) throw new LocalKafkaError('PORT_TAKEN', { port: plan.port })
      if (attempt === startAttempts) throw error
    }
  }
}

async function startOnce(plan: Plan, clusterId: string, setup: JavaSetup): Promise<RunningCluster> {
  const clientPorts = await chooseClientPorts(plan.brokers, plan.port)
  const controllerPorts = await freePorts(plan.brokers)
  const ports = clientPorts.map((client, i) => ({ client, controller: controllerPorts[i] as number }))
  const nodePlans = ports.map(
    (_, i): NodePlan => ({
      nodeId: i + 1,
      ports,
      dataFolder: nodeFiles(plan.folder, i + 1).data,
      configs: plan.configs,
    }),
  )
  plan.progress(`Starting Kafka with Java (${setup.javaPath})`)
  await Promise.all(nodePlans.map(node => prepareNode(node, nodeFiles(plan.folder, node.nodeId), clusterId, setup)))

  const started: { node: NodeState; child: ChildProcess }[] = []
  try {
    for (const { nodeId } of nodePlans) {
      const { child, identity } = await startNode(nodeFiles(plan.folder, nodeId), setup)
      const own = ports[nodeId - 1] as (typeof ports)[number]
      started.push({
        child,
        node: { nodeId, clientPort: own.client, controllerPort: own.controller, process: identity },
      })
      await writeState(
        plan.folder,
        stateOf(
          plan,
          clusterId,
          started.map(({ node }) => node),
        ),
      )
    }
    await Promise.all(
      started.map(({ node, child }) =>
        waitUntilServing(
          { nodeId: node.nodeId, port: node.clientPort, brokers: plan.brokers, timeoutMs: plan.timeoutMs },
          nodeFiles(plan.folder, node.nodeId),
          child,
        ),
      ),
    )
  } catch (error) {
    await endNodes(
      started.map(({ node }) => identified(node)),
      false,
    )
    await removeState(plan.folder)
    throw error
  }
  const state = stateOf(
    plan,
    clusterId,
    started.map(({ node }) => node),
  )
  await hasCoordinator(clientPorts[0] as number, 5_000).catch(() => false)
  return runningCluster(plan, state, false)
}

function stateOf({ name, isEphemeral }: Plan, clusterId: string, nodes: readonly NodeState[]): ClusterState {
  return { version: 1, name, engine: 'java', clusterId, isEphemeral, nodes }
}

function runningCluster({ folder }: Plan, state: ClusterState, wasRunning: boolean): RunningCluster {
  const { name, engine, clusterId, isEphemeral } = state
  return { name, engine, clusterId, isEphemeral, folder, wasRunning, brokers: bootstrapOf(state), pids: pidsOf(state) }
}

async function runningNodes(state: ClusterState): Promise<NodeState[]> {
  const alive = await Promise.all(state.nodes.map(node => node.process !== undefined && isRunning(node.process)))
  return state.nodes.filter((_, i) => alive[i])
}

function identified(node: NodeState) {
  if (!node.process) throw new Error(`broker ${node.nodeId} has no process`)
  return { ...node.process, nodeId: node.nodeId }
}

function pidsOf(state: ClusterState): number[] {
  return state.nodes.flatMap(node => (node.process ? [node.process.pid] : []))
}
