/** What a local cluster is doing, and what it has said. */
import { composeLogs } from './docker.ts'
import { askBrokers } from './metadataProbe.ts'
import { lastWords, nodeFiles } from './node.ts'
import { type ClusterAddress, located } from './plan.ts'
import { isRunning } from './processIdentity.ts'
import { readState } from './stateFile.ts'

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
