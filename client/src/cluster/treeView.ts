/** The tree in its place: refreshed while it is seen, silent while it is not. */
import * as vscode from 'vscode'
import { contexts, views } from '../contributions.ts'
import type { Clusters } from './clusters.ts'
import type { Favourites } from './favourites.ts'
import type { ClusterTree } from './tree.ts'

const refreshIntervalMs = 5_000

export function createTreeView(tree: ClusterTree, clusters: Clusters, favourites: Favourites): vscode.Disposable {
  const view = vscode.window.createTreeView(views.clusters, { treeDataProvider: tree, showCollapseAll: true })
  let timer: NodeJS.Timeout | undefined
  const later = (): void => {
    clearInterval(timer)
    if (view.visible) timer = setInterval(() => tree.refreshOpen(), refreshIntervalMs)
  }
  const tellFilter = (): void => {
    const { text } = tree.filter
    void vscode.commands.executeCommand('setContext', contexts.isTreeFiltered, text !== '')
    view.message = text === '' ? '' : vscode.l10n.t('Only names with "{0}"', text)
  }
  const listeners = [
    view,
    view.onDidChangeVisibility(later),
    view.onDidExpandElement(({ element }) => tree.opened(element)),
    view.onDidCollapseElement(({ element }) => tree.closed(element)),
    tree.onDidChangeTreeData(tellFilter),
    clusters.onDidChange(() => tree.refresh()),
    favourites.onDidChange(() => tree.refresh()),
  ]
  later()
  return new vscode.Disposable(() => {
    clearInterval(timer)
    for (const listener of listeners) listener.dispose()
  })
}
