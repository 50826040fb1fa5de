/**
 * The tree of clusters: what is open is read, what is closed or hidden is not.
 *
 * A row keeps its object for as long as it is there: VS Code draws anew only the rows that it is told of, and a refresh
 * tells it of those alone whose content has changed.
 */
import type { ClusterSnapshot } from '@tidemark/runtime/monitor'
import * as vscode from 'vscode'
import { commands } from '../contributions.ts'
import type { ClusterConfig } from './clusterSettings.ts'
import type { Clusters } from './clusters.ts'
import type { Favourites } from './favourites.ts'
import { treeItemOf } from './treeItems.ts'
import { clusterId, type FolderKind, type TreeNode } from './treeNodes.ts'
import { failureNote, folderRows, groupRows, innerRows, note, type TreeFilter, topicRows } from './treeRows.ts'

/** Rows remembered; beyond it those are forgotten that are not open. */
const nodesMax = 100_000

export class ClusterTree implements vscode.TreeDataProvider<TreeNode> {
  readonly #clusters: Clusters
  readonly #favourites: Favourites
  readonly #changed = new vscode.EventEmitter<TreeNode | undefined>()
  readonly onDidChangeTreeData = this.#changed.event
  readonly #nodes = new Map<string, TreeNode>()
  /** Rows whose children were asked for and that were not closed since. */
  readonly #open = new Map<string, TreeNode>()
  /** What VS Code was last given under a row, line by line. */
  readonly #shown = new Map<string, ReadonlyMap<string, string>>()
  /** What a refresh has read already, until VS Code asks for it. */
  readonly #ready = new Map<string, readonly TreeNode[]>()
  readonly #reading = new Set<string>()
  readonly #failures = new Map<string, unknown>()
  #filter: TreeFilter = { text: '', isInternalShown: false }

  constructor(clusters: Clusters, favourites: Favourites) {
    this.#clusters = clusters
    this.#favourites = favourites
  }

  get filter(): TreeFilter {
    return this.#filter
  }

  setFilter(filter: TreeFilter): void {
    this.#filter = filter
    this.refresh()
  }

  /** Everything anew: clusters, or what they are reached with, have changed. */
  refresh(): void {
    this.#failures.clear()
    this.#ready.clear()
    this.#changed.fire(undefined)
  }

  opened(node: TreeNode): void {
    this.#open.set(node.id, node)
  }

  closed(node: TreeNode): void {
    this.#open.delete(node.id)
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return treeItemOf(node)
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (!node) return this.#kept(await this.#roots())
    this.#open.set(node.id, node)
    const rows = this.#ready.get(node.id) ?? (await this.#children(node))
    this.#ready.delete(node.id)
    this.#shown.set(node.id, linesOf(rows))
    return this.#kept(rows)
  }

  /** Reads what is open, one read a cluster, and has drawn anew what has changed. One that is slow keeps no other waiting. */
  refreshOpen(): void {
    for (const node of this.#open.values()) {
      if (node.kind !== 'cluster' || this.#reading.has(node.id)) continue
      this.#reading.add(node.id)
      void this.#refreshCluster(node.cluster).finally(() => this.#reading.delete(node.id))
    }
  }

  async #refreshCluster(cluster: ClusterConfig): Promise<void> {
    const open = [...this.#open.values()].filter(
      node => node.id.startsWith(`${clusterId(cluster)}/`) && this.#isSeen(node),
    )
    const topics = open.flatMap(node => (node.kind === 'topic' ? [node.topic.topic] : []))
    const details = open.flatMap(node => (node.kind === 'group' ? [node.group.groupId] : []))
    const hadFailed = this.#failures.has(cluster.name)
    try {
      const read = await this.#clusters.read(cluster, { topics, details })
      this.#failures.delete(cluster.name)
      this.#tellOfBrokers(cluster, read)
      if (!hadFailed) for (const node of open) this.#compare(node, read)
      else this.#changed.fire(this.#nodes.get(clusterId(cluster)))
    } catch (error) {
      this.#failures.set(cluster.name, error)
      if (!hadFailed) this.#changed.fire(this.#nodes.get(clusterId(cluster)))
    }
  }

  /** A broker that falls silent is seen on their folder, closed as it usually is. */
  #tellOfBrokers(cluster: ClusterConfig, read: ClusterSnapshot): void {
    const folder = this.#nodes.get(`${clusterId(cluster)}/brokers`)
    if (folder?.kind !== 'folder') return
    const before = treeItemOf(folder).description
    Object.assign(folder, { summary: read })
    if (treeItemOf(folder).description !== before) this.#changed.fire(folder)
  }

  /** Rows stay open inside one that is closed, and are not seen then. */
  #isSeen({ id }: TreeNode): boolean {
    for (let end = id.lastIndexOf('/'); end > 0; end = id.lastIndexOf('/', end - 1)) {
      const above = id.slice(0, end)
      if (this.#nodes.has(above) && !this.#open.has(above)) return false
    }
    return true
  }

  /**
   * Tells VS Code of the lines that look different from before. Of the row above them only when lines came or went:
   * that makes VS Code forget everything under it, and what somebody opens at that moment stays empty.
   */
  #compare(node: TreeNode, read: ClusterSnapshot): void {
    // The same list as before: the layout of a cluster is read less often than its offsets.
    if (node.kind === 'folder' && node.of === 'topics' && node.summary.topics === read.topics) return
    const rows = this.#rows(node, read)
    const before = this.#shown.get(node.id)
    if (!rows || !before) return
    const now = linesOf(rows)
    const ids = [...before.keys()]
    if (now.size !== ids.length || rows.some(({ id }, index) => id !== ids[index])) {
      this.#ready.set(node.id, rows)
      this.#changed.fire(node)
      return
    }
    this.#shown.set(node.id, now)
    for (const row of this.#kept(rows)) if (before.get(row.id) !== now.get(row.id)) this.#changed.fire(row)
  }

  /** Of a row whose children are read with the cluster. Brings the row itself up to date. */
  #rows(node: TreeNode, read: ClusterSnapshot): readonly TreeNode[] | undefined {
    if (node.kind === 'folder') {
      Object.assign(node, { summary: read })
      return folderRows(node, this.#filter, this.#favourites.of(node.cluster.name))
    }
    if (node.kind === 'topic') {
      const own = node.topic.topic
      Object.assign(node, { topic: read.topics.find(({ topic }) => topic === own) ?? node.topic })
      return topicRows(
        node,
        read.selectedTopics.find(({ topic }) => topic === own),
      )
    }
    if (node.kind !== 'group') return undefined
    const isOwn = ({ groupId }: { readonly groupId: string }): boolean => groupId === node.group.groupId
    return groupRows(node, read.selectedGroups.find(isOwn), read.groups.find(isOwn))
  }

  async #children(node: TreeNode): Promise<readonly TreeNode[]> {
    switch (node.kind) {
      case 'cluster':
        return this.#tried(node.cluster, async () => this.#folders(node.cluster))
      case 'folder':
        return this.#rows(node, node.summary) ?? []
      case 'topic':
        return this.#tried(node.cluster, async () => {
          const read = await this.#clusters.read(node.cluster, { topics: [node.topic.topic] })
          return this.#rows(node, read) ?? []
        })
      case 'group':
        return this.#tried(node.cluster, async () => {
          const read = await this.#clusters.read(node.cluster, { details: [node.group.groupId] })
          return this.#rows(node, read) ?? []
        })
      default:
        return innerRows(node)
    }
  }

  async #roots(): Promise<TreeNode[]> {
    const { clusters, problems } = await this.#clusters.list()
    const ids = new Set(clusters.map(clusterId))
    for (const [id, node] of this.#open) if (node.kind === 'cluster' && !ids.has(id)) this.#open.delete(id)
    const open = { title: vscode.l10n.t('Open Settings'), id: commands.editClusters, arguments: [] }
    return [
      ...clusters.map(cluster => ({ kind: 'cluster', id: clusterId(cluster), cluster }) as const),
      ...problems.map(({ entry, message }) =>
        note(`problem/${entry}`, 'warning', vscode.l10n.t('{0} in tidemark.clusters {1}', entry, message), open),
      ),
    ]
  }

  async #folders(cluster: ClusterConfig): Promise<TreeNode[]> {
    const summary = await this.#clusters.read(cluster, {})
    const favourites = this.#favourites.of(cluster.name).length > 0 ? (['favourites'] as const) : []
    const kinds: readonly FolderKind[] = [...favourites, 'brokers', 'topics', 'groups']
    return kinds.map(of => ({ kind: 'folder', id: `${clusterId(cluster)}/${of}`, cluster, of, summary }))
  }

  /** An unreachable cluster is one row that says why; its neighbours do not wait for it. */
  async #tried(cluster: ClusterConfig, read: () => Promise<readonly TreeNode[]>): Promise<readonly TreeNode[]> {
    try {
      // What a refresh has just found out need not be tried again in order to be drawn.
      if (this.#failures.has(cluster.name)) throw this.#failures.get(cluster.name)
      return await read()
    } catch (error) {
      this.#failures.set(cluster.name, error)
      return [failureNote(cluster, error)]
    }
  }

  /** The objects that VS Code knows already, brought up to date. */
  #kept(rows: readonly TreeNode[]): TreeNode[] {
    if (this.#nodes.size > nodesMax)
      for (const id of this.#nodes.keys()) if (!this.#open.has(id)) this.#nodes.delete(id)
    return rows.map(row => {
      const known = this.#nodes.get(row.id)
      if (known?.kind === row.kind) return Object.assign(known, row)
      this.#nodes.set(row.id, row)
      return row
    })
  }
}

/** Everything that is seen of each row, with what was read for the rows under it. */
function linesOf(rows: readonly TreeNode[]): ReadonlyMap<string, string> {
  const seen = (row: TreeNode): unknown => {
    const { label, description, contextValue } = treeItemOf(row)
    return [label, description, contextValue, ...innerRows(row).map(seen)]
  }
  return new Map(rows.map(row => [row.id, JSON.stringify(seen(row))]))
}
