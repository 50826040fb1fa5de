/** The local Kafka's commands, on the same code as `tidemark kafka up|down|status|logs`. */
import {
  type ClusterStatus,
  localKafkaLogs,
  localKafkaStatus,
  restartLocalKafka,
  startLocalKafka,
  stopLocalKafka,
} from '@tidemark/runtime/localKafka'
import * as vscode from 'vscode'
import { contexts } from '../contributions.ts'
import { log } from '../log.ts'
import { translate } from '../told.ts'
import { requireTrust } from '../trust.ts'
import type { ClusterConfig } from './clusterSettings.ts'

export const localClusterName = 'local'

export interface LocalKafka extends vscode.Disposable {
  start(): Promise<void>
  stop(): Promise<void>
  /** Stops its brokers as an operator would, and starts them again on the same ports with the same data. */
  restart(): Promise<void>
  showStatus(): Promise<void>
  showLog(): Promise<void>
  /** The running local cluster as an entry of the tree; `undefined` when none is up. Asked of the system each time. */
  cluster(): Promise<ClusterConfig | undefined>
  readonly onDidChange: vscode.Event<void>
}

export function createLocalKafka(): LocalKafka {
  const changed = new vscode.EventEmitter<void>()
  let output: vscode.OutputChannel | undefined

  const cluster = async (): Promise<ClusterConfig | undefined> => {
    const status = await localKafkaStatus()
    const isUp = status.state === 'running' || status.state === 'partlyRunning'
    void vscode.commands.executeCommand('setContext', contexts.isLocalKafkaUp, isUp)
    return isUp ? asCluster(status) : undefined
  }
  return {
    cluster,
    onDidChange: changed.event,
    start: async () => {
      requireTrust()
      const running = await withProgress(vscode.l10n.t('Starting a local Kafka'), progress =>
        startLocalKafka({ progress, translate }),
      )
      changed.fire()
      const where = running.brokers.join(', ')
      void vscode.window.showInformationMessage(
        running.wasRunning
          ? vscode.l10n.t('The local Kafka runs already: {0}.', where)
          : vscode.l10n.t('A local Kafka is ready: {0}.', where),
      )
    },
    stop: async () => {
      await withProgress(vscode.l10n.t('Stopping the local Kafka'), () => stopLocalKafka())
      changed.fire()
    },
    restart: async () => {
      await withProgress(vscode.l10n.t('Restarting the local Kafka'), progress =>
        restartLocalKafka({ progress, translate }),
      )
      changed.fire()
    },
    showStatus: async () => {
      void vscode.window.showInformationMessage(statusText(await localKafkaStatus()))
    },
    showLog: async () => {
      output ??= vscode.window.createOutputChannel('Tidemark: Kafka', 'log')
      const texts = await localKafkaLogs({ lines: 500 })
      output.replace(texts.map(({ node, text }) => `--- broker ${node} ---\n${text}\n`).join('\n'))
      output.show(true)
    },
    dispose: () => {
      changed.dispose()
      output?.dispose()
    },
  }
}

function asCluster(status: ClusterStatus): ClusterConfig {
  return {
    name: localClusterName,
    brokers: status.nodes.filter(node => node.isServing).map(node => node.address),
    ssl: false,
    sasl: undefined,
    isReadOnly: false,
    isLocal: true,
  }
}

function statusText(status: ClusterStatus): string {
  const nodes = status.nodes.map(node => node.address).join(', ')
  switch (status.state) {
    case 'notStarted':
    case 'ended':
      return vscode.l10n.t('No local Kafka runs.')
    case 'starting':
      return vscode.l10n.t('The local Kafka is starting: {0}.', nodes)
    case 'partlyRunning':
      return vscode.l10n.t('Some brokers of the local Kafka run: {0}.', nodes)
    case 'running':
      return vscode.l10n.t('The local Kafka runs: {0}.', nodes)
  }
}

function withProgress<T>(title: string, run: (report: (text: string) => void) => Promise<T>): Thenable<T> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, progress =>
    run(message => {
      log().info(message)
      progress.report({ message })
    }),
  )
}
