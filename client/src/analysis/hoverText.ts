/** What a hover says of a topic or a group: a table of partitions with live offsets and lag. Pure but for the words. */
import {
  boundOf,
  type GroupPartition,
  type GroupSnapshot,
  type LogEnds,
  type TopicSnapshot,
} from '@tidemark/runtime/monitor'
import { visibleName } from '@tidemark/webview/visible'
import * as vscode from 'vscode'
import { stateText } from '../cluster/groupStates.ts'
import { topicShape } from '../cluster/topicShape.ts'

const rowsMax = 12

/** @param groups - those that the file reads the topic with, whose lag stands beside each partition */
export function topicLines(topic: TopicSnapshot, groups: readonly GroupSnapshot[]): string[] {
  const shape = topicShape(topic.partitions.length, topic.replicationFactor)
  const troubles = [
    ...(topic.offlineCount > 0 ? [vscode.l10n.t('{0} without a leader', topic.offlineCount)] : []),
    ...(topic.underReplicatedCount > 0 ? [vscode.l10n.t('{0} under-replicated', topic.underReplicatedCount)] : []),
  ]
  const head = [
    vscode.l10n.t('partition'),
    vscode.l10n.t('leader'),
    vscode.l10n.t('in sync'),
    vscode.l10n.t('start'),
    vscode.l10n.t('last stable'),
    vscode.l10n.t('end'),
    ...groups.map(({ groupId }) => vscode.l10n.t('lag of {0}', markdown(groupId))),
  ]
  const rows = topic.partitions.map(({ partition, leader, isr, replicas, ends }) => [
    String(partition),
    leader === undefined ? vscode.l10n.t('none') : String(leader),
    `${isr.length}/${replicas.length}`,
    ...endsCells(ends),
    ...groups.map(group => lagText(partitionOf(group, topic.topic, partition))),
  ])
  return [[shape, ...troubles].join(' · '), '', ...table(head, rows, ['r', 'r', 'r', 'r', 'r', 'r'])]
}

export function groupLines(group: GroupSnapshot): string[] {
  const lag = group.readable ?? group.offsetsBehind
  const about = [
    stateText(group.state),
    ...(group.type === 'classic' ? [] : [group.type]),
    ...(group.members ? [membersText(group.members.length)] : []),
    ...(lag === undefined ? [] : [`**${totalText(group, lag)}**`]),
  ]
  const head = [
    vscode.l10n.t('partition'),
    vscode.l10n.t('committed'),
    vscode.l10n.t('end'),
    vscode.l10n.t('lag'),
    vscode.l10n.t('member'),
  ]
  const rows = group.partitions.map(partition => [
    `${markdown(partition.topic)}/${partition.partition}`,
    partition.committedOffset === undefined ? vscode.l10n.t('never') : count(partition.committedOffset),
    partition.ends ? count(partition.ends.highWatermark) : '?',
    lagText(partition),
    markdown(partition.owner ?? ''),
  ])
  return [about.join(' · '), '', ...(rows.length > 0 ? table(head, rows, ['l', 'r', 'r', 'r', 'l']) : [])]
}

export function membersText(members: number): string {
  return members === 1 ? vscode.l10n.t('1 member') : vscode.l10n.t('{0} members', members)
}

/** `lag 198`, `lag ≤ 201` while markers and gaps are not counted out, `lag ≥ 150` where a leader is silent, `caught up`. */
export function totalText(group: GroupSnapshot, lag: bigint): string {
  if (lag === 0n && !group.isPartial) return vscode.l10n.t('caught up')
  return vscode.l10n.t('lag {0}', `${boundOf(group)}${count(lag)}`)
}

export function lagText(partition: GroupPartition | undefined): string {
  const lag = partition?.lag
  if (!partition || lag?.state === 'neverCommitted') return vscode.l10n.t('never committed')
  if (!lag) return '?'
  if (lag.state === 'positionLost') return vscode.l10n.t('position lost')
  const lost = lag.takenByRetention > 0n ? ` (${vscode.l10n.t('lost {0}', count(lag.takenByRetention))})` : ''
  return `${lag.readable === undefined ? `≤ ${count(lag.offsets)}` : count(lag.readable)}${lost}`
}

export function count(value: bigint): string {
  return value.toLocaleString(vscode.env.language)
}

/** Text from Kafka inside markdown: no character of it may mean anything. */
export function markdown(text: string): string {
  return visibleName(text).replace(/[\\`*_{}[\]()<>#+\-.!|~&$:@/]/g, '\\$&')
}

function endsCells(ends: LogEnds | undefined): string[] {
  if (!ends) return ['?', '?', '?']
  return [ends.logStartOffset, ends.lastStableOffset, ends.highWatermark].map(count)
}

function partitionOf(group: GroupSnapshot, topic: string, partition: number): GroupPartition | undefined {
  return group.partitions.find(one => one.topic === topic && one.partition === partition)
}

function table(head: readonly string[], rows: readonly (readonly string[])[], sides: readonly ('l' | 'r')[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rule = head.map((_, index) => (sides[index] === 'l' ? ':--' : '--:'))
  const left = rows.length - rowsMax
  const more = left > 0 ? ['', vscode.l10n.t('… and {0} more partitions', left)] : []
  // The head sets the width of its column: a little air, which a hover's own style does not give.
  const airy = head.map(cell => `\u00a0${cell}`)
  return [line(airy), line(rule), ...rows.slice(0, rowsMax).map(line), ...more]
}
