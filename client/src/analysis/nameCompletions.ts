/** In a text that is a topic's or group's name: the names that the clusters know, and those that the workspace uses. */
import * as vscode from 'vscode'
import type { Clusters } from '../cluster/clusters.ts'
import { askClusters } from './askClusters.ts'
import type { Name, Names } from './names.ts'
import type { Pipelines } from './pipelines.ts'

/** Offered at once; typing on narrows them, and asks anew. */
const itemsMax = 500

export const completionTriggers = ["'", '"', '`'] as const

export function createNameCompletions(
  names: Names,
  pipelines: Pipelines,
  clusters: Clusters,
): vscode.CompletionItemProvider {
  return {
    provideCompletionItems: async (document, position, token) => {
      const name = await names.at(document, position)
      if (!name?.isText || token.isCancellationRequested) return undefined
      const known = await knownNames(name, pipelines, clusters)
      const typed = document.getText(name.range.with({ end: position })).toLowerCase()
      const fitting = [...known].filter(([text]) => text.toLowerCase().includes(typed))
      const items = fitting.slice(0, itemsMax).map(([text, detail], index) => item(name, text, detail, index))
      return new vscode.CompletionList(items, fitting.length > itemsMax)
    },
  }
}

/** Name to where it is known from: what really exists comes first. */
async function knownNames(name: Name, pipelines: Pipelines, clusters: Clusters): Promise<Map<string, string>> {
  const known = new Map<string, string>()
  const add = (text: string, where: string): void => {
    if (text !== '' && !known.has(text)) known.set(text, where)
  }
  const { found } = await askClusters(clusters, cluster => clusters.read(cluster, {}))
  for (const { cluster, answer } of found) {
    const texts =
      name.kind === 'topic'
        ? answer.topics.filter(({ isInternal }) => !isInternal).map(({ topic }) => topic)
        : answer.groups.map(({ groupId }) => groupId)
    for (const text of texts) add(text, cluster.name)
  }
  const here = vscode.l10n.t('this workspace')
  for (const { topics, groupId } of pipelines.all())
    for (const text of name.kind === 'topic' ? topics : [groupId ?? '']) if (text !== name.name) add(text, here)
  return known
}

function item(name: Name, text: string, detail: string, index: number): vscode.CompletionItem {
  const made = new vscode.CompletionItem({ label: text, description: detail }, vscode.CompletionItemKind.Value)
  made.range = name.range
  made.insertText = text
  // In our order: what exists on a cluster before what only the code speaks of.
  made.sortText = String(index).padStart(4, '0')
  // Dots and dashes are parts of names: the whole text between the quotes is what is matched.
  made.filterText = text
  return made
}
