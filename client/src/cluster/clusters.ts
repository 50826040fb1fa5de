/** The clusters that there are: those of the settings and the local one, each connected when it is first looked at. */
import {
  type ClusterSnapshot,
  type ConnectionReport,
  clusterClient,
  type KafkaClient,
  type Monitor,
  type Selection,
  testConnection,
} from '@tidemark/runtime/monitor'
import { isSameCluster } from '@tidemark/runtime/protocol'
import * as vscode from 'vscode'
import { contexts, settings } from '../contributions.ts'
import { requireTrust } from '../trust.ts'
import { type CheckedClusters, type ClusterConfig, configuredClusters } from './clusterSettings.ts'
import { connect, connectionConfig } from './connection.ts'
import type { LagHistories } from './lagHistories.ts'
import type { LocalKafka } from './localKafka.ts'
import { type ClusterSecrets, readSecrets } from './secrets.ts'

export interface Clusters extends vscode.Disposable {
  /** Those of the settings, of other extensions, and the local one if it is up. Nothing is connected by asking. */
  list(): Promise<CheckedClusters>
  /** Connects if needed, and reads what is selected. @throws when the cluster cannot be reached, saying which step failed. */
  read(cluster: ClusterConfig, selection: Selection): Promise<ClusterSnapshot>
  /** Step by step. @throws {ClientError} a secret or a certificate is missing, or the workspace is not trusted. */
  testConnection(cluster: ClusterConfig, secrets: ClusterSecrets): Promise<ConnectionReport>
  /**
   * A client of the cluster with one of these brokers, with the login that it is known by; of an unknown one without any.
   * @returns `undefined`: it is read-only. @throws {ClientError} a secret or a certificate is missing.
   */
  clientOf(brokers: readonly string[]): Promise<KafkaClient | undefined>
  /** @throws {ClientError} a secret or a certificate is missing, or the workspace is not trusted. */
  clientFor(cluster: ClusterConfig): Promise<KafkaClient>
  /** Adds a cluster for as long as the answer is not disposed: the door for other extensions. */
  provide(cluster: ClusterConfig): vscode.Disposable
  /** Forgets connections: settings or secrets have changed. */
  reset(): void
  readonly onDidChange: vscode.Event<void>
}

export function createClusters(secrets: vscode.SecretStorage, local: LocalKafka, histories: LagHistories): Clusters {
  const changed = new vscode.EventEmitter<void>()
  const connections = new Connections(secrets, histories)
  const provided = new Map<string, ClusterConfig>()
  const reset = (): void => {
    connections.closeAll()
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
  const clientFor = async (cluster: ClusterConfig): Promise<KafkaClient> => {
    requireTrust()
    return clusterClient(await connectionConfig(cluster, await readSecrets(secrets, cluster)))
  }
  return {
    list: () => listClusters(local, provided.values()),
    read: (cluster, selection) => connections.read(cluster, selection),
    testConnection: async (cluster, known) => {
      requireTrust()
      return testConnection(await connectionConfig(cluster, known))
    },
    clientOf: async brokers => {
      const { clusters } = await listClusters(local, provided.values())
      const known = clusters.find(cluster => isSameCluster(cluster.brokers, brokers))
      if (!known) return clusterClient({ brokers })
      return known.isReadOnly ? undefined : clientFor(known)
    },
    clientFor,
    provide: cluster => {
      provided.set(cluster.name, cluster)
      changed.fire()
      return new vscode.Disposable(() => {
        if (provided.get(cluster.name) !== cluster) return
        provided.delete(cluster.name)
        reset()
      })
    },
    reset,
    onDidChange: changed.event,
    dispose: () => {
      for (const listener of listeners) listener.dispose()
      connections.closeAll()
    },
  }
}

/** One monitor a cluster. A failed one is not kept: the next look tries anew. */
class Connections {
  readonly #secrets: vscode.SecretStorage
  readonly #histories: LagHistories
  readonly #open = new Map<string, Promise<Monitor>>()
  /** Those that have read something. */
  readonly #connected = new Map<string, { readonly cluster: ClusterConfig; readonly monitor: Monitor }>()

  constructor(secrets: vscode.SecretStorage, histories: LagHistories) {
    this.#secrets = secrets
    this.#histories = histories
  }

  async read(cluster: ClusterConfig, selection: Selection): Promise<ClusterSnapshot> {
    // Whoever asks, and for whatever view: nothing is connected for a folder that is not trusted.
    requireTrust()
    const key = JSON.stringify(cluster)
    const opening = this.#open.get(key) ?? this.#connect(cluster)
    this.#open.set(key, opening)
    try {
      const monitor = await opening
      const read = await monitor.refresh(selection)
      this.#connected.set(key, { cluster, monitor })
      this.#histories.keep(cluster, monitor)
      return read
    } catch (error) {
      if (this.#open.get(key) === opening) this.#close(key)
      throw error
    }
  }

  closeAll(): void {
    for (const key of [...this.#open.keys()]) this.#close(key)
  }

  async #connect(cluster: ClusterConfig): Promise<Monitor> {
    const [found, history] = await Promise.all([readSecrets(this.#secrets, cluster), this.#histories.load(cluster)])
    return connect(cluster, found, history)
  }

  /** The chart goes on in the next monitor, also when this one ends with the window. */
  #close(key: string): void {
    const opening = this.#open.get(key)
    const connected = this.#connected.get(key)
    this.#open.delete(key)
    this.#connected.delete(key)
    if (connected) this.#histories.save(connected.cluster, connected.monitor)
    void opening?.then(monitor => monitor.close()).catch(() => {})
  }
}

async function listClusters(local: LocalKafka, provided: Iterable<ClusterConfig>): Promise<CheckedClusters> {
  const setState = (state: string): void =>
    void vscode.commands.executeCommand('setContext', contexts.clustersState, state)
  if (!vscode.workspace.isTrusted) {
    setState('untrusted')
    return { clusters: [], problems: [] }
  }
  const { clusters, problems } = configuredClusters()
  const own = await local.cluster()
  const all = new Map<string, ClusterConfig>()
  for (const cluster of [...clusters, ...provided, ...(own ? [own] : [])])
    if (!all.has(cluster.name)) all.set(cluster.name, cluster)
  setState(all.size + problems.length === 0 ? 'empty' : 'some')
  return { clusters: [...all.values()], problems }
}
