import * as vscode from 'vscode'
import { ClientError } from '../failures.ts'
import type { ClusterConfig } from './clusterSettings.ts'
import type { Clusters } from './clusters.ts'

/** The cluster a command was called on: of the tree row, the only one there is, or the one that is chosen. */
export async function clusterOf(clusters: Clusters, node: unknown): Promise<ClusterConfig> {
  const given = (node as { cluster?: ClusterConfig } | undefined)?.cluster
  if (given) return given
  const { clusters: known } = await clusters.list()
  if (known.length === 0)
    throw new ClientError(
      vscode.l10n.t('There is no cluster yet.'),
      vscode.l10n.t('Start a local Kafka or add a cluster first.'),
      { title: vscode.l10n.t('Start Local Kafka'), id: 'tidemark.startLocalKafka' },
    )
  if (known.length === 1) return known[0] as ClusterConfig
  const chosen = await vscode.window.showQuickPick(
    known.map(cluster => ({ label: cluster.name, description: cluster.brokers.join(', '), cluster })),
    { placeHolder: vscode.l10n.t('Which cluster?') },
  )
  if (!chosen) throw new vscode.CancellationError()
  return chosen.cluster
}
