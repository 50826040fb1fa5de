/** The clusters that there are: those of the settings and the local one, each connected when it is first looked at. */
import * as vscode from 'vscode'
import { contexts, settings } from '../contributions.ts'
import { type CheckedClusters, type ClusterConfig, configuredClusters } from './clusterSettings.ts'
import type { ClusterSummary } from './clusterSummary.ts'
import type { LocalKafka } from './localKafka.ts'

export interface Clusters extends vscode.Disposable {
  list(): Promise<CheckedClusters>
  /** Connects if needed. @throws when the cluster cannot be reached, saying which step failed. */
  summary(cluster: ClusterConfig): Promise<ClusterSummary>
  testConnection(cluster: ClusterConfig): Promise<void>
  /** Forgets connections: settings or secrets have changed. */
  reset(): void
  readonly onDidChange: vscode.Event<void>
}

export function createClusters(local: LocalKafka): Clusters {
  const changed = new vscode.EventEmitter<void>()
  const reset = (): void => {
    changed.fire()
  }
  const listeners = [
    changed,
    local.onDidChange(reset),
    vscode.workspace.onDidGrantWorkspaceTrust(reset),
    vscode.workspace.onDidChangeConfiguration(event => {
      if (event.affectsConfiguration(settings.clusters)) reset()
    }),
  ]
  return {
    list: () => listClusters(local),
    summary: async () => {
      throw new Error('not connected')
    },
    testConnection: async () => {
      throw new Error('not connected')
    },
    reset,
    onDidChange: changed.event,
    dispose: () => {
      for (const listener of listeners) listener.dispose()
    },
  }
}

async function listClusters(local: LocalKafka): Promise<CheckedClusters> {
  const setState = (state: string): void =>
    void vscode.commands.executeCommand('setContext', contexts.clustersState, state)
  if (!vscode.workspace.isTrusted) {
    setState('untrusted')
    return { clusters: [], problems: [] }
  }
  const { clusters, problems } = configuredClusters()
  const own = await local.cluster()
  const all = own && !clusters.some(cluster => cluster.name === own.name) ? [own, ...clusters] : clusters
  setState(all.length + problems.length === 0 ? 'empty' : 'some')
  return { clusters: all, problems }
}
