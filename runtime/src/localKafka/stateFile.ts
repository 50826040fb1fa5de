/** What `up` started, so that `down` ends exactly that. One JSON file a cluster, replaced atomically. */
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LocalKafkaError } from './errors.ts'
import { dataHomeVariable } from './folders.ts'
import { identityOf, isRunning, type ProcessIdentity } from './processIdentity.ts'

export interface ClusterState {
  readonly version: 1
  readonly name: string
  readonly engine: 'java' | 'docker'
  readonly clusterId: string
  readonly isEphemeral: boolean
  readonly nodes: readonly NodeState[]
}

export interface NodeState {
  readonly nodeId: number
  readonly clientPort: number
  readonly controllerPort: number
  /** The broker's process; `undefined` under Docker, which keeps its own account, and before it was started. */
  readonly process: ProcessIdentity | undefined
}

export const bootstrapOf = (state: ClusterState): string[] => state.nodes.map(node => `127.0.0.1:${node.clientPort}`)

/** A broker's process, by which it can be ended. */
export function identified(node: NodeState): ProcessIdentity & { readonly nodeId: number } {
  if (!node.process) throw new Error(`broker ${node.nodeId} has no process`)
  return { ...node.process, nodeId: node.nodeId }
}

/**
 * The state of the cluster that lives in `folder`; `undefined` where none was started.
 * @throws {LocalKafkaError} STATE_UNREADABLE.
 */
export async function readState(folder: string): Promise<ClusterState | undefined> {
  const path = statePath(folder)
  const text = await readFile(path, 'utf8').catch(error => {
    if (error.code === 'ENOENT') return undefined
    throw new LocalKafkaError('STATE_UNREADABLE', { path, reason: error.code })
  })
  if (text === undefined) return undefined
  try {
    return checked(JSON.parse(text))
  } catch (error) {
    throw new LocalKafkaError('STATE_UNREADABLE', { path, reason: (error as Error).message })
  }
}

/** Written beside and renamed: a reader sees the old state or the new one, never half of one. */
export async function writeState(folder: string, state: ClusterState): Promise<void> {
  const path = statePath(folder)
  const draft = `${path}.${process.pid}`
  await writeFile(draft, `${JSON.stringify(state, null, 2)}\n`)
  await rename(draft, path)
}

export async function removeState(folder: string): Promise<void> {
  await rm(statePath(folder), { force: true })
}

/**
 * Runs `work` while no other command works on the same cluster.
 *
 * The lock names its owner's process and start time, so that one left behind by a killed command is recognised and replaced.
 * Accepted miss: two commands that find the same abandoned lock in the same instant may both go on.
 *
 * @throws {LocalKafkaError} BUSY, FOLDER_NOT_WRITABLE.
 */
export async function withLock<T>(folder: string, name: string, work: () => Promise<T>): Promise<T> {
  const path = `${folder}.lock`
  await mkdir(dirname(path), { recursive: true }).catch(error => {
    throw new LocalKafkaError('FOLDER_NOT_WRITABLE', {
      path: dirname(path),
      reason: error.code,
      variable: dataHomeVariable,
    })
  })
  await acquire(path, name)
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function acquire(path: string, name: string): Promise<void> {
  const me = await identityOf(process.pid)
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = await open(path, 'wx')
      await file.writeFile(JSON.stringify(me))
      await file.close()
      return
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error)
      if (code !== 'EEXIST')
        throw new LocalKafkaError('FOLDER_NOT_WRITABLE', {
          path: dirname(path),
          reason: code,
          variable: dataHomeVariable,
        })
    }
    const owner = await lockOwner(path)
    if (owner && (await isRunning(owner))) throw new LocalKafkaError('BUSY', { pid: owner.pid, name })
    await rm(path, { force: true })
  }
  throw new LocalKafkaError('BUSY', { pid: 'unknown', name })
}

async function lockOwner(path: string): Promise<ProcessIdentity | undefined> {
  try {
    return checkedIdentity(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return undefined
  }
}

function statePath(folder: string): string {
  return join(folder, 'state.json')
}

function checked(value: unknown): ClusterState {
  const state = value as ClusterState
  if (state?.version !== 1) throw new Error(`version ${state?.version} instead of 1`)
  if (typeof state.name !== 'string' || !Array.isArray(state.nodes)) throw new Error('name or nodes are missing')
  for (const node of state.nodes) {
    if (!Number.isSafeInteger(node.nodeId) || !Number.isSafeInteger(node.clientPort))
      throw new Error('a node without its ports')
    if (node.process !== undefined) checkedIdentity(node.process)
  }
  return state
}

function checkedIdentity(value: unknown): ProcessIdentity {
  const identity = value as ProcessIdentity
  if (!Number.isSafeInteger(identity?.pid) || typeof identity.startedAt !== 'string')
    throw new Error('a process without its start time')
  return identity
}
