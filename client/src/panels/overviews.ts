/** The open overviews, one a cluster; restored after a reload of the window. */
import type { ViewAction } from '@tidemark/webview/protocol'
import type * as vscode from 'vscode'
import { clusterOf } from '../cluster/clusterCommands.ts'
import type { ClusterConfig } from '../cluster/clusterSettings.ts'
import type { Clusters } from '../cluster/clusters.ts'
import type { CommandHandler } from '../commands.ts'
import { OverviewPanel, type ReadOverview } from './overviewPanel.ts'

export interface Overviews extends vscode.Disposable {
  open(cluster: ClusterConfig, groupId: string | undefined): void
}

export function createOverviews(
  context: vscode.ExtensionContext,
  clusters: Clusters,
  read: ReadOverview,
  onAction: (action: ViewAction, cluster: ClusterConfig, groupId: string | undefined) => void,
): Overviews {
  const open = new Map<string, OverviewPanel>()
  const parts = { extensionUri: context.extensionUri, read, onAction }
  const keep = (panel: OverviewPanel): void => {
    const { name } = panel.cluster
    open.set(name, panel)
    panel.onDidClose(() => {
      if (open.get(name) === panel) open.delete(name)
    })
  }
  // Settings or secrets changed: a panel on the old ones would go on showing what no longer is.
  const listener = clusters.onDidChange(async () => {
    const { clusters: known } = await clusters.list()
    for (const panel of open.values()) {
      const now = known.find(({ name }) => name === panel.cluster.name)
      if (now && JSON.stringify(now) !== JSON.stringify(panel.cluster)) panel.close()
    }
  })
  return {
    open: (cluster, groupId) => {
      const existing = open.get(cluster.name)
      if (existing) existing.show(groupId)
      else keep(new OverviewPanel(parts, cluster, groupId))
    },
    dispose: () => {
      listener.dispose()
      for (const panel of [...open.values()]) panel.close()
    },
  }
}

export function overviewCommands(clusters: Clusters, overviews: Overviews) {
  return {
    openOverview: async node => {
      const groupId = (node as { group?: { groupId?: string } } | undefined)?.group?.groupId
      overviews.open(await clusterOf(clusters, node), groupId)
    },
  } satisfies Record<string, CommandHandler>
}
