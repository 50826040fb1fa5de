/** How each row of the tree looks. */
import { type GroupSnapshot, type GroupType, silentBrokers } from '@tidemark/runtime/monitor'
import { visibleName } from '@tidemark/webview/visible'
import * as vscode from 'vscode'
import { count, membersText, totalText } from '../analysis/hoverText.ts'
import { commands, treeItems } from '../contributions.ts'
import { isActiveState } from './activeStates.ts'
import { stateText } from './groupStates.ts'
import { partitionsText, topicShape } from './topicShape.ts'
import type { BrokerNode, FolderKind, FolderNode, GroupNode, TopicNode, TreeNode } from './treeNodes.ts'

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState

export function treeItemOf(node: TreeNode): vscode.TreeItem {
  return Object.assign(drawn(node), { id: node.id })
}

function drawn(node: TreeNode): vscode.TreeItem {
  switch (node.kind) {
    case 'cluster': {
      const { cluster } = node
      return item(cluster.name, Collapsed, {
        description: [cluster.brokers.join(', '), ...(cluster.isReadOnly ? [vscode.l10n.t('read-only')] : [])].join(
          ' · ',
        ),
        iconPath: icon(cluster.isReadOnly ? 'lock' : 'server-environment'),
        contextValue: cluster.isLocal ? treeItems.localCluster : treeItems.cluster,
      })
    }
    case 'folder':
      return folderItem(node)
    case 'broker':
      return brokerItem(node)
    case 'topic':
      return topicItem(node)
    case 'configs': {
      const set = node.topic.configs?.filter(({ source }) => source === 'topic').length ?? 0
      return item(vscode.l10n.t('Configuration'), Collapsed, {
        description: vscode.l10n.t('{0} set on the topic', set),
        iconPath: icon('settings'),
      })
    }
    case 'config': {
      const { name, value, source } = node.config
      return item(name, None, {
        description: `${visibleName(value ?? '•••')}${source === 'topic' ? '' : ` · ${sourceText(source)}`}`,
        iconPath: icon(source === 'topic' ? 'circle-filled' : 'circle-outline'),
      })
    }
    case 'partition':
      return partitionItem(node)
    case 'group':
      return groupItem(node)
    case 'standing':
      return standingItem(node.group)
    case 'member': {
      const { clientId, clientHost, memberId, groupInstanceId, assignment } = node.member
      return item(clientId || memberId, assignment.length > 0 ? Collapsed : None, {
        description: [clientHost.replace(/^\//, ''), partitionsText(assignment.length)].join(' · '),
        tooltip: [memberId, ...(groupInstanceId === undefined ? [] : [groupInstanceId])].map(visibleName).join('\n'),
        iconPath: icon('person'),
      })
    }
    case 'assigned':
      return item(`${node.place.topic}/${node.place.partition}`, None, { iconPath: icon('symbol-array') })
    case 'note':
      return item(node.text, None, {
        iconPath: icon(node.icon),
        tooltip: node.text,
        ...(node.command
          ? { command: { ...node.command, command: node.command.id, arguments: [...node.command.arguments] } }
          : {}),
      })
  }
}

function folderItem({ of, summary }: FolderNode): vscode.TreeItem {
  const topics = summary.topics.filter(({ isInternal }) => !isInternal).length
  const number = of === 'topics' ? topics : of === 'favourites' ? undefined : summary[of].length
  const silent = of === 'brokers' ? silentBrokers(summary.problems).size : 0
  const told = [
    ...(number === undefined ? [] : [String(number)]),
    ...(silent > 0 ? [vscode.l10n.t('{0} without an answer', silent)] : []),
  ]
  return item(folderTitle(of), of === 'brokers' ? Collapsed : Expanded, {
    ...(told.length > 0 ? { description: told.join(' · ') } : {}),
    ...(silent > 0 ? { iconPath: icon('warning') } : {}),
    ...(of === 'favourites' ? { iconPath: icon('star-full') } : {}),
  })
}

function brokerItem({ broker, isSilent }: BrokerNode): vscode.TreeItem {
  const leads =
    broker.leaderCount === 1
      ? vscode.l10n.t('leads 1 partition')
      : vscode.l10n.t('leads {0} partitions', broker.leaderCount)
  return item(vscode.l10n.t('broker {0}', broker.nodeId), None, {
    description: [
      `${broker.host}:${broker.port}`,
      ...(broker.isController ? [vscode.l10n.t('controller')] : []),
      leads,
      ...(isSilent ? [vscode.l10n.t('no answer')] : []),
    ].join(' · '),
    iconPath: icon(isSilent ? 'warning' : 'server'),
  })
}

function topicItem({ topic, isFavourite }: TopicNode): vscode.TreeItem {
  const troubles = [
    ...(topic.offlineCount > 0 ? [vscode.l10n.t('{0} without a leader', topic.offlineCount)] : []),
    ...(topic.underReplicatedCount > 0 ? [vscode.l10n.t('{0} under-replicated', topic.underReplicatedCount)] : []),
  ]
  const shape = topicShape(topic.partitionCount, topic.replicationFactor)
  return item(topic.topic, Collapsed, {
    description: [`${topic.partitionCount} × ${topic.replicationFactor}`, ...troubles].join(' · '),
    tooltip: [visibleName(topic.topic), shape, ...troubles].join('\n'),
    iconPath: icon(troubles.length > 0 ? 'warning' : topic.isInternal ? 'gear' : 'symbol-array'),
    contextValue: isFavourite ? treeItems.favouriteTopic : treeItems.topic,
  })
}

function partitionItem({ partition: at }: Extract<TreeNode, { kind: 'partition' }>): vscode.TreeItem {
  const { leader, isr, replicas, ends } = at
  const led = leader === undefined ? vscode.l10n.t('no leader') : vscode.l10n.t('leader {0}', leader)
  const sync = vscode.l10n.t('in sync {0} of {1}', isr.join(', ') || '–', replicas.join(', '))
  const offsets = ends
    ? vscode.l10n.t(
        '{0} to {1}, last stable {2}',
        ...[ends.logStartOffset, ends.highWatermark, ends.lastStableOffset].map(count),
      )
    : vscode.l10n.t('offsets not read')
  const isFine = leader !== undefined && isr.length === replicas.length
  return item(String(at.partition), None, {
    description: [offsets, led, sync].join(' · '),
    tooltip: [`${visibleName(at.topic)}/${at.partition}`, offsets, led, sync].join('\n'),
    iconPath: icon(isFine ? 'database' : 'warning'),
  })
}

function groupItem({ cluster, group, isFavourite }: GroupNode): vscode.TreeItem {
  const state = group.isSilent ? vscode.l10n.t('coordinator {0} silent', group.coordinator) : stateText(group.state)
  const sign = group.isSilent ? 'question' : isActiveState(group.state) ? 'pulse' : 'circle-outline'
  return item(group.groupId, Collapsed, {
    description: `${state}${group.type === 'classic' ? '' : ` · ${typeText(group.type)}`}`,
    iconPath: icon(sign),
    contextValue: isFavourite ? treeItems.favouriteGroup : treeItems.group,
    command: {
      command: commands.openOverview,
      title: vscode.l10n.t('Open Overview'),
      arguments: [{ cluster, group }],
    },
  })
}

/** Where an open group stands: in a row of its own, since it changes more often than anything around it. */
function standingItem(group: GroupSnapshot): vscode.TreeItem {
  const lag = group.readable ?? group.offsetsBehind
  const told = [
    ...(group.members ? [membersText(group.members.length)] : []),
    lag === undefined ? vscode.l10n.t('never committed') : totalText(group, lag),
  ]
  return item(told.join(' · '), None, { iconPath: icon('graph-line') })
}

function typeText(type: GroupType): string {
  if (type === 'simple') return vscode.l10n.t('offsets only')
  return type
}

function sourceText(source: 'broker' | 'default'): string {
  return source === 'broker' ? vscode.l10n.t('of the broker') : vscode.l10n.t('default')
}

function folderTitle(of: FolderKind): string {
  switch (of) {
    case 'favourites':
      return vscode.l10n.t('Favourites')
    case 'brokers':
      return vscode.l10n.t('Brokers')
    case 'topics':
      return vscode.l10n.t('Topics')
    case 'groups':
      return vscode.l10n.t('Groups')
  }
}

const icon = (name: string): vscode.ThemeIcon => new vscode.ThemeIcon(name)

/** What comes from Kafka is shown with every character in sight. */
function item(
  label: string,
  state: vscode.TreeItemCollapsibleState,
  rest: Partial<Omit<vscode.TreeItem, 'label' | 'collapsibleState' | 'id'>>,
): vscode.TreeItem {
  return Object.assign(new vscode.TreeItem(visibleName(label), state), rest)
}
