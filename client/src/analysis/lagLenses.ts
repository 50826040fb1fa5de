/** Over each pipeline whose group is known: its lag, live while the file is looked at. */
import type { GroupSnapshot } from '@tidemark/runtime/monitor'
import * as vscode from 'vscode'
import type { ClusterConfig } from '../cluster/clusterSettings.ts'
import type { Clusters } from '../cluster/clusters.ts'
import { commands, settings } from '../contributions.ts'
import { log } from '../log.ts'
import type { Pipelines } from './pipelines.ts'

const refreshIntervalMs = 5_000

interface KnownLag {
  readonly cluster: ClusterConfig
  readonly group: GroupSnapshot
}

/**
 * The first cluster that knows a group answers for it. Nothing is read unless an editor that is visible holds a pipeline
 * with a known group, and a cluster is configured or up; one that cannot be reached costs one attempt per refresh.
 */
export function createLagLenses(pipelines: Pipelines, clusters: Clusters): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>()
  let known = new Map<string, KnownLag>()
  let timer: NodeJS.Timeout | undefined
  let isReading = false

  const refresh = async (): Promise<void> => {
    clearTimeout(timer)
    const groupIds = visibleGroups(pipelines)
    if (isReading || groupIds.length === 0 || !isOn()) return
    isReading = true
    try {
      known = await readLag(clusters, groupIds)
      changed.fire()
    } finally {
      isReading = false
      timer = setTimeout(() => void refresh(), refreshIntervalMs)
    }
  }
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: ({ uri }) =>
      isOn() ? pipelines.in(uri).flatMap(({ range, groupId }) => lens(range, groupId && known.get(groupId))) : [],
  }
  const listeners = [
    changed,
    vscode.languages.registerCodeLensProvider(['typescript', 'javascript'], provider),
    pipelines.onDidChange(() => void refresh()),
    vscode.window.onDidChangeVisibleTextEditors(() => void refresh()),
    clusters.onDidChange(() => void refresh()),
  ]
  return new vscode.Disposable(() => {
    clearTimeout(timer)
    for (const listener of listeners) listener.dispose()
  })
}

function isOn(): boolean {
  return vscode.workspace.isTrusted && vscode.workspace.getConfiguration().get(settings.isLagLensOn, true)
}

function visibleGroups(pipelines: Pipelines): string[] {
  const visible = vscode.window.visibleTextEditors.flatMap(({ document }) => pipelines.in(document.uri))
  return [...new Set(visible.flatMap(({ groupId }) => groupId ?? []))]
}

async function readLag(clusters: Clusters, groupIds: readonly string[]): Promise<Map<string, KnownLag>> {
  const known = new Map<string, KnownLag>()
  const { clusters: all } = await clusters.list()
  const reads = all.map(async cluster => {
    const { selectedGroups } = await clusters.read(cluster, { details: groupIds })
    return selectedGroups.map(group => ({ cluster, group }))
  })
  for (const read of await Promise.allSettled(reads)) {
    if (read.status === 'rejected') log().debug(`lag for code lenses: ${String(read.reason)}`)
    else for (const found of read.value) if (!known.has(found.group.groupId)) known.set(found.group.groupId, found)
  }
  return known
}

function lens(
  { start }: { readonly start: vscode.Position | { readonly line: number; readonly character: number } },
  known: KnownLag | undefined | '',
): vscode.CodeLens[] {
  if (!known) return []
  const lag = known.group.readable ?? known.group.offsetsBehind
  if (lag === undefined) return []
  const title =
    lag === 0n ? vscode.l10n.t('caught up') : vscode.l10n.t('lag {0}', lag.toLocaleString(vscode.env.language))
  const range = new vscode.Range(start.line, start.character, start.line, start.character)
  return [new vscode.CodeLens(range, { title, command: commands.openOverview, arguments: [known] })]
}
