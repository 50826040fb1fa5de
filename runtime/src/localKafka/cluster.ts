/** Starting and ending one local cluster. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkConfigs } from './configuration.ts'
import { composeDown, dockerProblem } from './docker.ts'
import { restartContainers, startContainers } from './dockerCluster.ts'
import { LocalKafkaError } from './errors.ts'
import { dataHomeVariable } from './folders.ts'
import { restartProcesses, startProcesses } from './javaCluster.ts'
import { endNodes } from './node.ts'
import { type ClusterAddress, located, type Plan, planned, type StartOptions } from './plan.ts'
import { isRunning } from './processIdentity.ts'
import { asDiskFull, checkSpace } from './space.ts'
import {
  bootstrapOf,
  type ClusterState,
  identified,
  type NodeState,
  readState,
  removeState,
  withLock,
} from './stateFile.ts'
import type { StepListener } from './steps.ts'

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
    try {
      const clusterId = await clusterIdOf(plan)
      const state = await (engine === 'docker' ? startContainers(plan, clusterId) : startProcesses(plan, clusterId))
      return runningCluster(plan, state, false)
    } catch (error) {
      throw await asDiskFull(error, plan.folder)
    }
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

/**
 * Ends the brokers of a running cluster and starts them again: same ports, same settings, same data, ephemeral or not.
 *
 * @throws {LocalKafkaError} NOT_RUNNING nothing runs that could be restarted; otherwise as `startLocalKafka`.
 * @example await restartLocalKafka({ progress: console.log })
 */
export async function restartLocalKafka(
  address: ClusterAddress & StepListener & Pick<StartOptions, 'timeoutMs'> = {},
): Promise<void> {
  const plan = planned(address)
  await withLock(plan.folder, plan.name, async () => {
    const state = await readState(plan.folder)
    if (state?.engine === 'docker') return restartContainers(plan, state)
    const alive = state ? await runningNodes(state) : []
    if (!state || alive.length < state.nodes.length)
      throw new LocalKafkaError('NOT_RUNNING', { name: plan.name, option: nameOption(plan.name) })
    await restartProcesses(plan, state)
  })
}

async function alreadyRunning(plan: Plan): Promise<RunningCluster | undefined> {
  const state = await readState(plan.folder)
  if (!state) return undefined
  if (state.engine === 'docker') return undefined // `docker compose up` is idempotent and knows better than a file.
  const alive = await runningNodes(state)
  if (alive.length === 0) {
    plan.progress('startingAnew', { pids: pidsOf(state).join(', ') || 'no process' })
    return undefined
  }
  if (alive.length < state.nodes.length) {
    const missing = state.nodes.filter(node => !alive.includes(node)).map(node => `broker ${node.nodeId}`)
    throw new LocalKafkaError('PARTLY_RUNNING', {
      name: plan.name,
      missing: missing.join(', '),
      option: nameOption(plan.name),
    })
  }
  const remedy = `Run 'tidemark kafka down${nameOption(plan.name)}' first`
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
  await checkSpace(folder)
}

/**
 * A cluster keeps its id and its number of brokers over restarts: a quorum cannot be enlarged by editing a file.
 *
 * Data that was to be kept is never taken over by an ephemeral cluster, whose `down` would remove it; what an ephemeral
 * one left behind (a crash, a reboot) is removed before the next begins.
 */
async function clusterIdOf({ folder, name, brokers, isEphemeral }: Plan): Promise<string> {
  const path = join(folder, 'cluster.json')
  const known = await readFile(path, 'utf8')
    .then(JSON.parse)
    .catch(() => undefined)
  if (known && !known.isEphemeral) {
    const remedy = `Run 'tidemark kafka down --delete-data${name === 'default' ? '' : ` --name ${name}`}' first (its records are lost)`
    const differs = (has: string, asked: string) =>
      new LocalKafkaError('ALREADY_DIFFERENT', { name, verb: 'has', has, asked, remedy })
    if (isEphemeral) throw differs('data that is to be kept', 'ephemeral')
    if (known.brokers !== brokers) throw differs(`data of ${known.brokers} broker(s)`, `of ${brokers}`)
    return known.clusterId
  }
  if (known) await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  await mkdir(folder, { recursive: true })
  // Kafka's tools take an id that begins with a dash for an option.
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A')
  await writeFile(path, JSON.stringify({ clusterId, brokers, isEphemeral }))
  return clusterId
}

function runningCluster({ folder }: Plan, state: ClusterState, wasRunning: boolean): RunningCluster {
  const { name, engine, clusterId, isEphemeral } = state
  return { name, engine, clusterId, isEphemeral, folder, wasRunning, brokers: bootstrapOf(state), pids: pidsOf(state) }
}

async function runningNodes(state: ClusterState): Promise<NodeState[]> {
  const alive = await Promise.all(state.nodes.map(node => node.process !== undefined && isRunning(node.process)))
  return state.nodes.filter((_, i) => alive[i])
}

function pidsOf(state: ClusterState): number[] {
  return state.nodes.flatMap(node => (node.process ? [node.process.pid] : []))
}

/** What the command line is to be told, to mean this cluster. */
function nameOption(name: string): string {
  return name === 'default' ? '' : ` --name ${name}`
}
