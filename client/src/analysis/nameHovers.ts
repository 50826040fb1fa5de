/** Over a topic's or group's name: what the clusters know of it, read at that moment. What the code says of it, the server adds. */
import type { ClusterSnapshot } from '@tidemark/runtime/monitor'
import * as vscode from 'vscode'
import type { ClusterConfig } from '../cluster/clusterSettings.ts'
import type { Clusters } from '../cluster/clusters.ts'
import { commands } from '../contributions.ts'
import { askClusters } from './askClusters.ts'
import { groupLines, markdown, topicLines } from './hoverText.ts'
import type { Name, Names } from './names.ts'
import type { Pipelines } from './pipelines.ts'

/** Lag columns of a topic's table; more would not fit. */
const groupsMax = 2

export function createNameHovers(names: Names, pipelines: Pipelines, clusters: Clusters): vscode.HoverProvider {
  return {
    provideHover: async (document, position, token) => {
      if (!vscode.workspace.isTrusted) return undefined
      const name = await names.at(document, position)
      if (!name || name.name === '' || token.isCancellationRequested) return undefined
      const groupIds = name.kind === 'topic' ? readersIn(pipelines, document.uri, name.name) : [name.name]
      const topics = name.kind === 'topic' ? [name.name] : []
      const { found, silent } = await askClusters(clusters, cluster =>
        clusters.read(cluster, { topics, details: groupIds }),
      )
      const texts = found.flatMap(({ cluster, answer }) => sections(name, cluster, answer))
      if (texts.length === 0 && found.length > 0)
        texts.push(
          text([
            unknownLine(
              name,
              found.map(one => one.cluster),
            ),
          ]),
        )
      if (silent.length > 0 && found.length + silent.length > 0) texts.push(text([silentLine(silent)]))
      return texts.length > 0 ? new vscode.Hover(texts, name.range) : undefined
    },
  }
}

function readersIn(pipelines: Pipelines, uri: vscode.Uri, topic: string): string[] {
  const readers = pipelines.in(uri).filter(({ topics }) => topics.includes(topic))
  return [...new Set(readers.flatMap(({ groupId }) => groupId ?? []))].slice(0, groupsMax)
}

function sections(name: Name, cluster: ClusterConfig, read: ClusterSnapshot): vscode.MarkdownString[] {
  const topic = name.kind === 'topic' ? read.selectedTopics[0] : undefined
  const group = name.kind === 'group' ? read.selectedGroups[0] : undefined
  if (topic) return [text([headOf(name, cluster, undefined), '', ...topicLines(topic, read.selectedGroups)])]
  if (group) return [text([headOf(name, cluster, name.name), '', ...groupLines(group)])]
  return []
}

function headOf(name: Name, cluster: ClusterConfig, groupId: string | undefined): string {
  const kind = name.kind === 'topic' ? vscode.l10n.t('Topic') : vscode.l10n.t('Group')
  const node = { cluster, ...(groupId === undefined ? {} : { group: { groupId } }) }
  const link = `command:${commands.openOverview}?${encodeURIComponent(JSON.stringify([node]))}`
  return `${kind} **${markdown(name.name)}** · ${markdown(cluster.name)} · [${vscode.l10n.t('Open Overview')}](${link})`
}

function unknownLine({ kind, name }: Name, asked: readonly ClusterConfig[]): string {
  const where = asked.map(({ name: cluster }) => markdown(cluster)).join(', ')
  return kind === 'topic'
    ? vscode.l10n.t('There is no topic {0} on {1}.', `**${markdown(name)}**`, where)
    : vscode.l10n.t(
        'There is no group {0} on {1} yet: it appears with its first member or commit.',
        `**${markdown(name)}**`,
        where,
      )
}

function silentLine(silent: readonly ClusterConfig[]): string {
  return vscode.l10n.t('No answer from {0}.', silent.map(({ name }) => markdown(name)).join(', '))
}

function text(lines: readonly string[]): vscode.MarkdownString {
  const made = new vscode.MarkdownString(lines.join('\n'))
  // Nothing but our own command may be run from it, whatever a name looks like.
  made.isTrusted = { enabledCommands: [commands.openOverview] }
  return made
}
