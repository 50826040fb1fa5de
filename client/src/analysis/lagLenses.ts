/** Over each pipeline whose group is known: its lag, live while the file is looked at. */
import type { GroupSnapshot } from '@tidemark/runtime/monitor'
import * as vscode from 'vscode'
import type { ClusterConfig } from '../cluster/clusterSettings.ts'
import type { Clusters } from '../cluster/clusters.ts'
import { commands, settings } from '../contributions.ts'
import { log } from '../log.ts'
import { totalText } from './hoverText.ts'
import type { Pipelines } from './pipelines.ts'

const refreshIntervalMs = 5_000

interface KnownLag {
  readonly cluster: ClusterConfig
  readonly group: GroupSnapshot
}

/**
 * The first cluster that knows a group answers for it. Nothing is read unless an editor that is visible holds a pipeline
 * with a known group, and a cluster is configured or up. Each cluster is read for itself: one that is slow or down keeps
 * the lenses of no other waiting, and is not asked again before it has answered.
 */
export function createLagLenses(pipelines: Pipelines, clusters: Clusters): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>()
  const known = new Map<string, ReadonlyMap<string, KnownLag>>()
  const reading = new Set<string>()
  let order: readonly string[] = []
  let timer: NodeJS.Timeout | undefined

  const read = async (cluster: ClusterConfig, groupIds: readonly string[]): Promise<void> => {
    if (reading.has(cluster.name)) return
    reading.add(cluster.name)
    try {
      const { selectedGroups } = await clusters.read(cluster, { details: groupIds })
      known.set(cluster.name, new Map(selectedGroups.map(group => [group.groupId, { cluster, group }])))
    } catch (error) {
      log().debug(`lag for code lenses: ${String(error)}`)
      known.delete(cluster.name)
    } finally {
      reading.delete(cluster.name)
    }
    changed.fire()
  }
  const refresh = async (): Promise<void> => {
    clearTimeout(timer)
    const groupIds = visibleGroups(pipelines)
    if (groupIds.length === 0 || !isOn()) return
    timer = setTimeout(() => void refresh(), refreshIntervalMs)
    const { clusters: all } = await clusters.list()
    order = all.map(({ name }) => name)
    for (const name of known.keys()) if (!order.includes(name)) known.delete(name)
    for (const cluster of all) void read(cluster, groupIds)
  }
  const lagOf = (groupId: string): KnownLag | undefined => {
    for (const name of order) {
      const found = known.get(name)?.get(groupId)
      if (found) return found
    }
    return undefined
  }
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: ({ uri }) =>
      isOn()
        ? pipelines
            .in(uri)
            .flatMap(({ range, groupId }) => lens(range, groupId === undefined ? undefined : lagOf(groupId)))
        : [],
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

function lens(
  { start }: { readonly start: vscode.Position | { readonly line: number; readonly character: number } },
  known: KnownLag | undefined,
): vscode.CodeLens[] {
  if (!known) return []
  const lag = known.group.readable ?? known.group.offsetsBehind
  if (lag === undefined) return []
  const title = totalText(known.group, lag)
  const range = new vscode.Range(start.line, start.character, start.line, start.character)
  return [new vscode.CodeLens(range, { title, command: commands.openOverview, arguments: [known] })]
}
