/** One read of a cluster for the overview: every group's lag, the workspace's own pipelines, and what is chosen in detail. */
import { type ClusterSnapshot, type GroupSnapshot, type StoredFailure, StoredReader } from '@tidemark/runtime/monitor'
import type { OverviewSnapshot } from '@tidemark/webview/protocol'
import * as vscode from 'vscode'
import type { Analysis } from '../analysis/languageClient.ts'
import type { Pipelines } from '../analysis/pipelines.ts'
import { storedPipelines } from '../analysis/storedPipelines.ts'
import type { Clusters } from '../cluster/clusters.ts'
import { failureText } from '../failures.ts'
import { log } from '../log.ts'
import type { ReadOverview } from './overviewPanel.ts'
import { overviewSnapshot, type UnreadPipeline } from './overviewSnapshot.ts'
import { overviewWords } from './overviewWords.ts'

export interface OverviewSources {
  readonly clusters: Clusters
  readonly pipelines: Pipelines
  readonly analysis: Analysis
}

export function createReadOverview({ clusters, pipelines, analysis }: OverviewSources): ReadOverview {
  const reader = new StoredReader()
  return async (cluster, { choice, isPaused }): Promise<OverviewSnapshot> => {
    lookThroughWorkspace(analysis)
    const { placed, unplaced } = storedPipelines(pipelines)
    const { positions, failures } = await reader.read(placed)
    const read = await clusters.read(cluster, {
      groups: 'all',
      details: choice.group === undefined ? [] : [choice.group],
      topics: choice.topic === undefined ? [] : [choice.topic],
      stored: positions,
    })
    const isOnly = (await clusters.list()).clusters.length <= 1
    const ids = new Map(positions.map(({ groupId, store, positions: list }) => [`${store}\n${groupId}`, list]))
    const isHere = (group: GroupSnapshot): boolean =>
      belongs(read, group, ids.get(`${group.state}\n${group.groupId}`), isOnly)
    const names = new Set(read.topics.map(({ topic }) => topic))
    const isReadHere = (groupId: string): boolean =>
      isOnly || pipelines.ofGroup(groupId).some(({ topics }) => topics.some(topic => names.has(topic)))
    return overviewSnapshot(
      { ...read, storedGroups: read.storedGroups.filter(isHere) },
      {
        cluster: cluster.name,
        isReadOnly: cluster.isReadOnly,
        isPaused,
        choice,
        unread: [...failures.map(unread), ...unplaced.map(unreadForPlace)].filter(({ groupId }) => isReadHere(groupId)),
        hasPipeline: id => pipelines.ofGroup(id).length > 0,
        guarantees: id => pipelines.ofGroup(id),
        words: overviewWords,
      },
    )
  }
}

/** The pipelines are known once the server has looked; without a folder there are none to look for. */
function lookThroughWorkspace(analysis: Analysis): void {
  if ((vscode.workspace.workspaceFolders?.length ?? 0) === 0) return
  analysis.start().catch((error: unknown) => log().warn(`The workspace's pipelines are not known: ${String(error)}`))
}

/**
 * A pipeline's store does not name its cluster. Stored topic ids do: they are of no other cluster. Without them the topic's
 * name has to do; positions of topics that were made anew are shown as lost where there is one cluster only.
 */
function belongs(
  { topics }: ClusterSnapshot,
  group: GroupSnapshot,
  positions: readonly { readonly topic: string; readonly topicId?: string | undefined }[] = [],
  isOnly: boolean,
): boolean {
  if (positions.length === 0) return isOnly && group.partitions.length === 0
  const idOf = new Map(topics.map(({ topic, topicId }) => [topic, topicId]))
  const here = positions.filter(({ topic }) => idOf.has(topic))
  return here.some(({ topic, topicId }) => isOnly || topicId === undefined || topicId === idOf.get(topic))
}

function unread({ groupId, store, failure }: StoredFailure): UnreadPipeline {
  return { groupId, store, reason: failure === undefined ? vscode.l10n.t('being read') : failureText(failure) }
}

function unreadForPlace({ groupId, source }: { groupId: string; source: string }): UnreadPipeline {
  return { groupId, store: source, reason: vscode.l10n.t('the code does not say where that is') }
}
