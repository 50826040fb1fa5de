/** Rows of the tree. Each has an id, by which VS Code keeps it open and chosen while what it shows changes. */
import type {
  BrokerSummary,
  ClusterSnapshot,
  GroupMember,
  GroupSnapshot,
  GroupSummary,
  PartitionSnapshot,
  TopicConfig,
  TopicSnapshot,
  TopicSummary,
} from '@tidemark/runtime/monitor'
import type { ClusterConfig } from './clusterSettings.ts'

export type FolderKind = 'favourites' | 'brokers' | 'topics' | 'groups'

export interface ClusterNode {
  readonly kind: 'cluster'
  readonly id: string
  readonly cluster: ClusterConfig
}

export interface FolderNode {
  readonly kind: 'folder'
  readonly id: string
  readonly cluster: ClusterConfig
  readonly of: FolderKind
  readonly summary: ClusterSnapshot
}

export interface TopicNode {
  readonly kind: 'topic'
  readonly id: string
  readonly cluster: ClusterConfig
  readonly topic: TopicSummary
  readonly isFavourite: boolean
}

export interface GroupNode {
  readonly kind: 'group'
  readonly id: string
  readonly cluster: ClusterConfig
  readonly group: GroupSummary
  readonly isFavourite: boolean
}

export interface BrokerNode {
  readonly kind: 'broker'
  readonly id: string
  readonly cluster: ClusterConfig
  readonly broker: BrokerSummary
  /** It did not answer this time. */
  readonly isSilent: boolean
}

export type TreeNode =
  | ClusterNode
  | FolderNode
  | TopicNode
  | GroupNode
  | BrokerNode
  | { readonly kind: 'configs'; readonly id: string; readonly cluster: ClusterConfig; readonly topic: TopicSnapshot }
  | { readonly kind: 'config'; readonly id: string; readonly config: TopicConfig }
  | { readonly kind: 'partition'; readonly id: string; readonly partition: PartitionSnapshot }
  | { readonly kind: 'standing'; readonly id: string; readonly group: GroupSnapshot }
  | { readonly kind: 'member'; readonly id: string; readonly member: GroupMember }
  | { readonly kind: 'assigned'; readonly id: string; readonly place: GroupMember['assignment'][number] }
  | NoteNode

/** A row that says something, and perhaps does something about it. */
export interface NoteNode {
  readonly kind: 'note'
  readonly id: string
  readonly text: string
  readonly icon: string
  readonly command?: { readonly title: string; readonly id: string; readonly arguments: readonly unknown[] } | undefined
}

/** A name inside an id: group ids may hold anything, also what parts an id's levels. */
export const inId = encodeURIComponent

export const clusterId = (cluster: ClusterConfig): string => `cluster/${inId(cluster.name)}`
