/** The open overviews, one a cluster; restored after a reload of the window. */
import type { ViewAction } from '@tidemark/webview/protocol'
import * as vscode from 'vscode'
import { clusterOf } from '../cluster/clusterOf.ts'
import type { ClusterConfig } from '../cluster/clusterSettings.ts'
import type { Clusters } from '../cluster/clusters.ts'
import type { CommandHandler } from '../commands.ts'
import { panels } from '../contributions.ts'
import { type OverviewChoice, OverviewPanel, type ReadOverview } from './overviewPanel.ts'

export interface Overviews extends vscode.Disposable {
  open(cluster: ClusterConfig, choice: OverviewChoice): void
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
  // After a reload of the window VS Code makes the panel anew; what it showed the view has kept.
  const serializer = vscode.window.registerWebviewPanelSerializer(panels.overview, {
    deserializeWebviewPanel: async (panel, state: unknown) => {
      const { cluster: name, group, topic } = (state ?? {}) as Readonly<Record<string, unknown>>
      const { clusters: known } = await clusters.list()
      const cluster = known.find(one => one.name === name)
      if (!cluster || open.has(cluster.name)) return panel.dispose()
      const choice = typeof group === 'string' ? { group } : typeof topic === 'string' ? { topic } : {}
      keep(new OverviewPanel(parts, cluster, choice, panel))
    },
  })
  return {
    open: (cluster, choice) => {
      const existing = open.get(cluster.name)
      if (existing) existing.show(choice)
      else keep(new OverviewPanel(parts, cluster, choice))
    },
    dispose: () => {
      for (const each of [listener, serializer]) each.dispose()
      for (const panel of [...open.values()]) panel.close()
    },
  }
}

export function overviewCommands(clusters: Clusters, overviews: Overviews) {
  return {
    openOverview: async node => {
      const { group, topic } = (node ?? {}) as { group?: { groupId?: string }; topic?: { topic?: string } }
      overviews.open(await clusterOf(clusters, node), { group: group?.groupId, topic: topic?.topic })
    },
  } satisfies Record<string, CommandHandler>
}
