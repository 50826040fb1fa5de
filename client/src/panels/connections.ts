/** The open forms, one a cluster, and the commands that open them. */
import * as vscode from 'vscode'
import { clusterOf } from '../cluster/clusterOf.ts'
import { type ClusterConfig, configuredClusters } from '../cluster/clusterSettings.ts'
import { removeCluster } from '../cluster/clusterStore.ts'
import type { Clusters } from '../cluster/clusters.ts'
import { readSecrets } from '../cluster/secrets.ts'
import type { CommandHandler } from '../commands.ts'
import { ClientError } from '../failures.ts'
import { log } from '../log.ts'
import { told } from '../told.ts'
import { ConnectionPanel, chooseImport } from './connectionPanel.ts'
import { reportSummary } from './connectionWords.ts'

export interface Connections extends vscode.Disposable {
  /** @param cluster - one of the settings; `undefined` adds one */
  open(cluster: ClusterConfig | undefined): ConnectionPanel
}

export function createConnections(context: vscode.ExtensionContext, clusters: Clusters): Connections {
  const open = new Map<string | undefined, ConnectionPanel>()
  const parts = { extensionUri: context.extensionUri, secrets: context.secrets, clusters }
  return {
    open: cluster => {
      const key = cluster?.name
      const existing = open.get(key)
      if (existing) {
        existing.show()
        return existing
      }
      const panel = new ConnectionPanel(parts, cluster)
      open.set(key, panel)
      panel.onDidClose(() => open.delete(key))
      return panel
    },
    dispose: () => {
      for (const panel of [...open.values()]) panel.close()
    },
  }
}

export function connectionCommands(context: vscode.ExtensionContext, clusters: Clusters, connections: Connections) {
  return {
    addCluster: () => connections.open(undefined),
    importCluster: async () => {
      const items = [
        { label: vscode.l10n.t('Client properties file'), from: 'importProperties' },
        { label: vscode.l10n.t('Compose file'), from: 'importCompose' },
      ] as const
      const chosen = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Import from what?') })
      const imported = chosen && (await chooseImport(chosen.from))
      if (imported) await connections.open(undefined).fill(imported)
    },
    editCluster: async node => connections.open(ofSettings(await clusterOf(clusters, node))),
    removeCluster: async node => {
      const { name } = ofSettings(await clusterOf(clusters, node))
      const remove = vscode.l10n.t('Remove')
      const message = vscode.l10n.t(
        'Remove cluster {0}? Its entry in the settings and its stored secrets are removed. Kafka itself is not touched.',
        name,
      )
      const answer = await vscode.window.showWarningMessage(message, remove)
      if (answer === remove) await removeCluster(context.secrets, name)
    },
    testConnection: async node => {
      const cluster = await clusterOf(clusters, node)
      const own = entryNamed(cluster.name)
      if (own) await connections.open(own).test()
      else await testInNotification(context, clusters, cluster)
    },
  } satisfies Record<string, CommandHandler>
}

/** For clusters that no form edits: the local one, those of other extensions. */
async function testInNotification(
  context: vscode.ExtensionContext,
  clusters: Clusters,
  cluster: ClusterConfig,
): Promise<void> {
  const title = vscode.l10n.t('Testing {0}', cluster.name)
  const place = { location: vscode.ProgressLocation.Notification, title }
  const report = await vscode.window.withProgress(place, async () =>
    clusters.testConnection(cluster, await readSecrets(context.secrets, cluster)),
  )
  for (const { place, step, isFine, detail, tryThis = '' } of report.steps)
    log().info(`${isFine ? '+' : '-'} ${place} ${step}: ${told(detail)} ${told(tryThis)}`.trimEnd())
  const summary = reportSummary(report)
  if (!report.isUsable)
    throw new ClientError(
      summary,
      told(report.steps.find(({ isFine }) => !isFine)?.tryThis ?? '') || vscode.l10n.t('See the log.'),
    )
  void vscode.window.showInformationMessage(vscode.l10n.t('{0} answers: {1}', cluster.name, summary))
}

/** The entry as it stands now: a row of the tree may be older. */
function entryNamed(wanted: string): ClusterConfig | undefined {
  return configuredClusters().clusters.find(({ name }) => name === wanted)
}

/** @throws {ClientError} it stands in no setting. */
function ofSettings({ name }: ClusterConfig): ClusterConfig {
  const found = entryNamed(name)
  if (found) return found
  throw new ClientError(
    vscode.l10n.t('{0} does not stand in the settings.', name),
    vscode.l10n.t('The local Kafka and clusters of other extensions are theirs to change.'),
  )
}
