/** The tree of clusters: what is visible is read, what is collapsed or hidden is not. */
import type { BrokerSummary, ClusterSnapshot, GroupSummary, TopicSummary } from '@tidemark/runtime/monitor'
import * as vscode from 'vscode'
import { treeItems } from '../contributions.ts'
import { failureText } from '../failures.ts'
import type { ClusterConfig } from './clusterSettings.ts'
import type { Clusters } from './clusters.ts'

export type TreeNode =
  | { readonly kind: 'cluster'; readonly cluster: ClusterConfig }
  | {
      readonly kind: 'folder'
      readonly cluster: ClusterConfig
      readonly of: FolderKind
      readonly summary: ClusterSnapshot
    }
  | { readonly kind: 'broker'; readonly cluster: ClusterConfig; readonly broker: BrokerSummary }
  | { readonly kind: 'topic'; readonly cluster: ClusterConfig; readonly topic: TopicSummary }
  | { readonly kind: 'group'; readonly cluster: ClusterConfig; readonly group: GroupSummary }
  | { readonly kind: 'note'; readonly text: string; readonly icon: string; readonly tooltip?: string }

type FolderKind = 'brokers' | 'topics' | 'groups'

/** States in which a group has members, of all protocols. */
const activeStates = new Set(['Stable', 'PreparingRebalance', 'CompletingRebalance', 'Assigning', 'Reconciling'])

export interface TreeFilter {
  /** Part of a name; empty shows all. */
  readonly text: string
  readonly isInternalShown: boolean
}

export class ClusterTree implements vscode.TreeDataProvider<TreeNode> {
  readonly #clusters: Clusters
  readonly #changed = new vscode.EventEmitter<TreeNode | undefined>()
  readonly onDidChangeTreeData = this.#changed.event
  #filter: TreeFilter = { text: '', isInternalShown: false }

  constructor(clusters: Clusters) {
    this.#clusters = clusters
  }

  get filter(): TreeFilter {
    return this.#filter
  }

  setFilter(filter: TreeFilter): void {
    this.#filter = filter
    this.#changed.fire(undefined)
  }

  refresh(): void {
    this.#changed.fire(undefined)
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return items[node.kind](node as never)
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (!node) return this.#roots()
    if (node.kind === 'cluster') return this.#folders(node.cluster)
    if (node.kind === 'folder') return this.#rows(node)
    return []
  }

  async #roots(): Promise<TreeNode[]> {
    const { clusters, problems } = await this.#clusters.list()
    return [
      ...clusters.map(cluster => ({ kind: 'cluster', cluster }) as const),
      ...problems.map(({ entry, message }) =>
        note('warning', vscode.l10n.t('{0} in tidemark.clusters {1}', entry, message)),
      ),
    ]
  }

  /** An unreachable cluster is one row that says why; its neighbours do not wait for it. */
  async #folders(cluster: ClusterConfig): Promise<TreeNode[]> {
    try {
      const summary = await this.#clusters.read(cluster, {})
      return (['brokers', 'topics', 'groups'] as const).map(of => ({ kind: 'folder', cluster, of, summary }))
    } catch (error) {
      return [note('error', failureText(error))]
    }
  }

  #rows({ cluster, of, summary }: Extract<TreeNode, { kind: 'folder' }>): TreeNode[] {
    if (of === 'brokers') return summary.brokers.map(broker => ({ kind: 'broker', cluster, broker }))
    if (of === 'topics') {
      const shown = summary.topics.filter(
        topic => (this.#filter.isInternalShown || !topic.isInternal) && this.#matches(topic.topic),
      )
      return orNote(
        shown.map(topic => ({ kind: 'topic', cluster, topic }) as const),
        this.#nothing('topics'),
      )
    }
    const shown = summary.groups.filter(group => this.#matches(group.groupId))
    return orNote(
      shown.map(group => ({ kind: 'group', cluster, group }) as const),
      this.#nothing('groups'),
    )
  }

  #matches(name: string): boolean {
    return name.toLowerCase().includes(this.#filter.text.toLowerCase())
  }

  #nothing(of: 'topics' | 'groups'): TreeNode {
    if (this.#filter.text !== '') return note('filter', vscode.l10n.t('nothing matches "{0}"', this.#filter.text))
    return note('info', of === 'topics' ? vscode.l10n.t('no topics yet') : vscode.l10n.t('no groups yet'))
  }
}

function note(icon: string, text: string): TreeNode {
  return { kind: 'note', text, icon, tooltip: text }
}

function orNote(rows: TreeNode[], nothing: TreeNode): TreeNode[] {
  return rows.length > 0 ? rows : [nothing]
}

const items: { readonly [Kind in TreeNode['kind']]: (node: Extract<TreeNode, { kind: Kind }>) => vscode.TreeItem } = {
  cluster: ({ cluster }) =>
    treeItem(cluster.name, vscode.TreeItemCollapsibleState.Collapsed, {
      id: `cluster/${cluster.name}`,
      description: [cluster.brokers.join(', '), ...(cluster.isReadOnly ? [vscode.l10n.t('read-only')] : [])].join(
        ' · ',
      ),
      iconPath: new vscode.ThemeIcon(cluster.isReadOnly ? 'lock' : 'server-environment'),
      contextValue: cluster.isLocal ? treeItems.localCluster : treeItems.cluster,
    }),
  folder: ({ cluster, of, summary }) =>
    treeItem(folderTitle(of), vscode.TreeItemCollapsibleState[of === 'brokers' ? 'Collapsed' : 'Expanded'], {
      id: `cluster/${cluster.name}/${of}`,
      description: String(
        of === 'topics' ? summary.topics.filter(topic => !topic.isInternal).length : summary[of].length,
      ),
    }),
  broker: ({ cluster, broker }) =>
    treeItem(vscode.l10n.t('broker {0}', broker.nodeId), vscode.TreeItemCollapsibleState.None, {
      id: `cluster/${cluster.name}/brokers/${broker.nodeId}`,
      description: `${broker.host}:${broker.port}${broker.isController ? ` · ${vscode.l10n.t('controller')}` : ''}`,
      iconPath: new vscode.ThemeIcon('server'),
    }),
  topic: ({ cluster, topic }) =>
    treeItem(topic.topic, vscode.TreeItemCollapsibleState.None, {
      id: `cluster/${cluster.name}/topics/${topic.topic}`,
      description: `${topic.partitionCount} × ${topic.replicationFactor}`,
      tooltip: vscode.l10n.t('{0} partitions, {1} replicas each', topic.partitionCount, topic.replicationFactor),
      iconPath: new vscode.ThemeIcon(topic.isInternal ? 'gear' : 'symbol-array'),
      contextValue: treeItems.topic,
    }),
  group: ({ cluster, group }) =>
    treeItem(group.groupId, vscode.TreeItemCollapsibleState.None, {
      id: `cluster/${cluster.name}/groups/${group.groupId}`,
      description: `${group.state}${group.type === 'classic' ? '' : ` · ${group.type}`}`,
      iconPath: new vscode.ThemeIcon(activeStates.has(group.state) ? 'pulse' : 'circle-outline'),
      contextValue: treeItems.group,
      command: {
        command: 'tidemark.openOverview',
        title: vscode.l10n.t('Open Overview'),
        arguments: [{ kind: 'group', cluster, group } satisfies TreeNode],
      },
    }),
  note: ({ text, icon, tooltip }) =>
    treeItem(text, vscode.TreeItemCollapsibleState.None, {
      iconPath: new vscode.ThemeIcon(icon),
      tooltip: tooltip ?? text,
    }),
}

function treeItem(
  label: string,
  state: vscode.TreeItemCollapsibleState,
  rest: Partial<Omit<vscode.TreeItem, 'label' | 'collapsibleState'>>,
): vscode.TreeItem {
  return Object.assign(new vscode.TreeItem(label, state), rest)
}

function folderTitle(of: FolderKind): string {
  switch (of) {
    case 'brokers':
      return vscode.l10n.t('Brokers')
    case 'topics':
      return vscode.l10n.t('Topics')
    case 'groups':
      return vscode.l10n.t('Groups')
  }
}
