/** Wiring only: what exists, who gets whom, who ends with the extension. */
import type * as vscode from 'vscode'
import { trackActivePipeline } from './analysis/activePipeline.ts'
import { createLagLenses } from './analysis/lagLenses.ts'
import { createAnalysis } from './analysis/languageClient.ts'
import { registerNames } from './analysis/nameProviders.ts'
import { openPipeline } from './analysis/openPipeline.ts'
import { createPipelines } from './analysis/pipelines.ts'
import { clusterCommands } from './cluster/clusterCommands.ts'
import { checkedCluster } from './cluster/clusterSettings.ts'
import { createClusters } from './cluster/clusters.ts'
import { createFavourites } from './cluster/favourites.ts'
import { createLagHistories, historiesFolder } from './cluster/lagHistories.ts'
import { createLocalKafka } from './cluster/localKafka.ts'
import { readOnlyClusters } from './cluster/readOnlyClusters.ts'
import { ClusterTree } from './cluster/tree.ts'
import { createTreeView } from './cluster/treeView.ts'
import { registerCommands } from './commands.ts'
import { debugCommands } from './debugging/debugCommands.ts'
import { createDebugging } from './debugging/debugging.ts'
import { disposeLog, log } from './log.ts'
import { connectionCommands, createConnections } from './panels/connections.ts'
import { overviewAction } from './panels/overviewActions.ts'
import { createOverviews, overviewCommands } from './panels/overviews.ts'
import { createReadOverview } from './panels/readOverview.ts'
import { installRuntime } from './runtime/installRuntime.ts'

/** What other extensions get of `getExtension('tidemark.tidemark').activate()`. */
export interface TidemarkApi {
  /**
   * Lists a cluster beside those of the settings, until disposed.
   * @param entry as an entry of the setting `tidemark.clusters`
   * @throws {Error} it is no such entry; says why.
   */
  addCluster(entry: unknown): vscode.Disposable
}

/** Registers handlers; starts nothing and reads nothing. */
export function activate(context: vscode.ExtensionContext): TidemarkApi {
  const analysis = createAnalysis(context)
  const pipelines = createPipelines(analysis)
  const local = createLocalKafka()
  const clusters = createClusters(context.secrets, local, createLagHistories(historiesFolder(context)))
  const favourites = createFavourites(context.globalState)
  const tree = new ClusterTree(clusters, favourites)
  const debugging = createDebugging(
    context,
    { analysis, pipelines, readOnlyClusters: () => readOnlyClusters(clusters) },
    { local, clusters },
  )
  const read = createReadOverview({ clusters, pipelines, analysis })
  const overviews = createOverviews(context, clusters, read, (action, cluster, groupId) =>
    overviewAction({ analysis, debugging }, action, cluster, groupId),
  )
  const connections = createConnections(context, clusters)
  context.subscriptions.push(
    { dispose: disposeLog },
    ...[
      analysis,
      pipelines,
      local,
      clusters,
      overviews,
      connections,
      debugging,
      createTreeView(tree, clusters, favourites),
    ],
    trackActivePipeline(pipelines),
    createLagLenses(pipelines, clusters),
    registerNames(analysis, pipelines, clusters),
    registerCommands({
      ...clusterCommands({ context, clusters, local, tree, favourites }),
      ...connectionCommands(context, clusters, connections),
      ...debugCommands(debugging),
      ...overviewCommands(clusters, overviews),
      openPipeline: node => openPipeline(analysis, groupIdOf(node)),
      installRuntime: () => installRuntime(context),
      restartServer: () => analysis.restart(),
      showLog: () => log().show(),
    }),
  )
  return { addCluster: entry => clusters.provide(checkedCluster(entry)) }
}

function groupIdOf(node: unknown): string {
  return String((node as { group?: { groupId?: unknown } } | undefined)?.group?.groupId ?? '')
}
