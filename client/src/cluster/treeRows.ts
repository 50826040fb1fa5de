/** Which rows lie under a row of the tree. Pure: what was read comes in, rows go out. */
import { type GroupSnapshot, type GroupSummary, silentBrokers, type TopicSnapshot } from '@tidemark/runtime/monitor'
import * as vscode from 'vscode'
import { commands } from '../contributions.ts'
import { ClientError, failureText } from '../failures.ts'
import type { ClusterConfig } from './clusterSettings.ts'
import type { Favourite } from './favourites.ts'
import {
  clusterId,
  type FolderNode,
  type GroupNode,
  inId,
  type NoteNode,
  type TopicNode,
  type TreeNode,
} from './treeNodes.ts'

export interface TreeFilter {
  /** Part of a name; empty shows all. */
  readonly text: string
  readonly isInternalShown: boolean
}

/** A tree is for finding; whoever has more partitions than this looks at them in the overview. */
const partitionsMax = 1_000

export function folderRows(node: FolderNode, filter: TreeFilter, favourites: readonly Favourite[]): TreeNode[] {
  const { cluster, of, summary, id } = node
  const isFavourite = (kind: Favourite['kind'], name: string): boolean =>
    favourites.some(one => one.kind === kind && one.name === name)
  switch (of) {
    case 'brokers': {
      const silent = silentBrokers(summary.problems)
      return summary.brokers.map(broker => {
        return { kind: 'broker', id: `${id}/${broker.nodeId}`, cluster, broker, isSilent: silent.has(broker.nodeId) }
      })
    }
    case 'favourites':
      return favourites.map(favourite => favouriteRow(node, favourite))
    case 'topics': {
      const shown = summary.topics.filter(
        ({ topic, isInternal }) => (filter.isInternalShown || !isInternal) && fits(topic, filter),
      )
      const rows = shown.map((topic): TopicNode => {
        return {
          kind: 'topic',
          id: `${id}/${inId(topic.topic)}`,
          cluster,
          topic,
          isFavourite: isFavourite('topic', topic.topic),
        }
      })
      return rows.length > 0 ? rows : [nothing(node, filter)]
    }
    case 'groups': {
      const rows = summary.groups
        .filter(({ groupId }) => fits(groupId, filter))
        .map((group): GroupNode => {
          const isStarred = isFavourite('group', group.groupId)
          return { kind: 'group', id: `${id}/${inId(group.groupId)}`, cluster, group, isFavourite: isStarred }
        })
      return rows.length > 0 ? rows : [nothing(node, filter)]
    }
  }
}

export function topicRows({ id, cluster, topic }: TopicNode, read: TopicSnapshot | undefined): TreeNode[] {
  if (!read) return [gone(id, vscode.l10n.t('{0} is not there any more', topic.topic))]
  const left = read.partitions.length - partitionsMax
  return [
    ...(read.configs ? [{ kind: 'configs', id: `${id}/:configs`, cluster, topic: read } as const] : []),
    ...read.partitions
      .slice(0, partitionsMax)
      .map(partition => ({ kind: 'partition', id: `${id}/${partition.partition}`, partition }) as const),
    ...(left > 0 ? [note(`${id}/:more`, 'ellipsis', vscode.l10n.t('… and {0} more partitions', left))] : []),
  ]
}

/** @param known - the group in the list of all, where it is there */
export function groupRows(
  { id, group }: GroupNode,
  read: GroupSnapshot | undefined,
  known: GroupSummary | undefined,
): TreeNode[] {
  if (known?.isSilent)
    return [
      note(
        `${id}/:silent`,
        'question',
        vscode.l10n.t('its coordinator, broker {0}, does not answer', known.coordinator),
      ),
    ]
  if (!read) return [gone(id, vscode.l10n.t('{0} is not there any more', group.groupId))]
  return [
    { kind: 'standing', id: `${id}/:standing`, group: read },
    ...(read.members ?? []).map(member => ({ kind: 'member', id: `${id}/${inId(member.memberId)}`, member }) as const),
  ]
}

/** Rows that were read with the row above them. */
export function innerRows(node: TreeNode): TreeNode[] {
  if (node.kind === 'configs') {
    const configs = [...(node.topic.configs ?? [])].sort(
      (a, b) => Number(b.source === 'topic') - Number(a.source === 'topic'),
    )
    return configs.map(config => ({ kind: 'config', id: `${node.id}/${config.name}`, config }))
  }
  if (node.kind === 'member')
    return node.member.assignment.map(place => {
      return { kind: 'assigned', id: `${node.id}/${place.topic}/${place.partition}`, place }
    })
  return []
}

/** Why a cluster shows nothing, and the way out as the row's command. */
export function failureNote(cluster: ClusterConfig, error: unknown): NoteNode {
  const offered = error instanceof ClientError ? error.command : undefined
  const test = { title: vscode.l10n.t('Test Connection'), id: commands.testConnection }
  return note(`${clusterId(cluster)}/:failure`, 'error', failureText(error), {
    ...(offered ?? test),
    arguments: [{ cluster }],
  })
}

function favouriteRow({ id, cluster, summary }: FolderNode, { kind, name }: Favourite): TreeNode {
  const topic = kind === 'topic' ? summary.topics.find(one => one.topic === name) : undefined
  if (topic) return { kind: 'topic', id: `${id}/topics/${inId(name)}`, cluster, topic, isFavourite: true }
  const group = kind === 'group' ? summary.groups.find(one => one.groupId === name) : undefined
  if (group) return { kind: 'group', id: `${id}/groups/${inId(name)}`, cluster, group, isFavourite: true }
  const remove = {
    title: vscode.l10n.t('Remove'),
    id: commands.removeFavourite,
    arguments: [{ cluster, favourite: { kind, name } }],
  }
  return note(
    `${id}/${kind}s/${inId(name)}`,
    'question',
    vscode.l10n.t('{0} is not there; click to remove it here', name),
    remove,
  )
}

function fits(name: string, { text }: TreeFilter): boolean {
  return name.toLowerCase().includes(text.toLowerCase())
}

function nothing({ id, of }: FolderNode, { text }: TreeFilter): NoteNode {
  if (text !== '') {
    const clear = { title: vscode.l10n.t('Show All'), id: commands.clearFilter, arguments: [] }
    return note(`${id}/:nothing`, 'filter', vscode.l10n.t('nothing matches "{0}"; click to show all', text), clear)
  }
  const none = of === 'topics' ? vscode.l10n.t('no topics yet') : vscode.l10n.t('no groups yet')
  return note(`${id}/:nothing`, 'info', none)
}

function gone(id: string, text: string): NoteNode {
  return note(`${id}/:gone`, 'circle-slash', text)
}

export function note(id: string, icon: string, text: string, command?: NoteNode['command']): NoteNode {
  return { kind: 'note', id, icon, text, command }
}
