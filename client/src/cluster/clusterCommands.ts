/** Commands of the tree. */
import * as vscode from 'vscode'
import type { CommandHandler } from '../commands.ts'
import { settings } from '../contributions.ts'
import { clusterOf } from './clusterOf.ts'
import type { Clusters } from './clusters.ts'
import type { Favourite, Favourites } from './favourites.ts'
import type { LocalKafka } from './localKafka.ts'
import { resetGroup } from './resetGroup.ts'
import { askSecrets } from './secrets.ts'
import type { ClusterTree } from './tree.ts'

export interface ClusterCommandParts {
  readonly context: vscode.ExtensionContext
  readonly clusters: Clusters
  readonly local: LocalKafka
  readonly tree: ClusterTree
  readonly favourites: Favourites
}

export function clusterCommands({ context, clusters, local, tree, favourites }: ClusterCommandParts) {
  return {
    startLocalKafka: () => local.start(),
    stopLocalKafka: () => local.stop(),
    showLocalKafkaStatus: () => local.showStatus(),
    showLocalKafkaLog: () => local.showLog(),
    editClusters: () => vscode.commands.executeCommand('workbench.action.openSettings', settings.clusters),
    setClusterSecrets: async node => {
      if (await askSecrets(context.secrets, await clusterOf(clusters, node))) clusters.reset()
    },
    resetGroup: node => resetGroup(clusters, node),
    refreshClusters: () => clusters.reset(),
    filterClusters: async () => {
      const text = await vscode.window.showInputBox({
        prompt: vscode.l10n.t('Part of a topic or group name; empty shows all'),
        value: tree.filter.text,
      })
      if (text !== undefined) tree.setFilter({ ...tree.filter, text })
    },
    clearFilter: () => tree.setFilter({ ...tree.filter, text: '' }),
    addFavourite: node => setFavourite(favourites, node, true),
    removeFavourite: node => setFavourite(favourites, node, false),
    toggleInternalTopics: () => tree.setFilter({ ...tree.filter, isInternalShown: !tree.filter.isInternalShown }),
  } satisfies Record<string, CommandHandler>
}

async function setFavourite(favourites: Favourites, node: unknown, isFavourite: boolean): Promise<void> {
  const { cluster, topic, group, favourite } = (node ?? {}) as {
    readonly cluster?: { readonly name: string }
    readonly topic?: { readonly topic: string }
    readonly group?: { readonly groupId: string }
    readonly favourite?: Favourite
  }
  const chosen =
    favourite ??
    (topic ? { kind: 'topic' as const, name: topic.topic } : group && { kind: 'group' as const, name: group.groupId })
  if (cluster && chosen) await favourites.set(cluster.name, chosen, isFavourite)
}
