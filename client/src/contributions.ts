/**
 * Every id that package.json contributes, once and typed. `test/client/contributions.test.ts` fails when one is missing
 * there, unknown there, or without a title in English or Chinese; `registerCommands` does not compile without all of them.
 */
export const extensionId = 'tidemark.tidemark'

export const commands = {
  startLocalKafka: 'tidemark.startLocalKafka',
  stopLocalKafka: 'tidemark.stopLocalKafka',
  showLocalKafkaStatus: 'tidemark.showLocalKafkaStatus',
  showLocalKafkaLog: 'tidemark.showLocalKafkaLog',
  addCluster: 'tidemark.addCluster',
  importCluster: 'tidemark.importCluster',
  editCluster: 'tidemark.editCluster',
  removeCluster: 'tidemark.removeCluster',
  editClusters: 'tidemark.editClusters',
  setClusterSecrets: 'tidemark.setClusterSecrets',
  testConnection: 'tidemark.testConnection',
  refreshClusters: 'tidemark.refreshClusters',
  filterClusters: 'tidemark.filterClusters',
  clearFilter: 'tidemark.clearFilter',
  addFavourite: 'tidemark.addFavourite',
  removeFavourite: 'tidemark.removeFavourite',
  toggleInternalTopics: 'tidemark.toggleInternalTopics',
  openOverview: 'tidemark.openOverview',
  openPipeline: 'tidemark.openPipeline',
  resetGroup: 'tidemark.resetGroup',
  debugPipeline: 'tidemark.debugPipeline',
  stepBatch: 'tidemark.stepBatch',
  stepPhase: 'tidemark.stepPhase',
  stepPartition: 'tidemark.stepPartition',
  stepIntoHandler: 'tidemark.stepIntoHandler',
  continueBatches: 'tidemark.continueBatches',
  pauseBatches: 'tidemark.pauseBatches',
  runToOffset: 'tidemark.runToOffset',
  runToTime: 'tidemark.runToTime',
  runToMatch: 'tidemark.runToMatch',
  runToThrow: 'tidemark.runToThrow',
  stopPipeline: 'tidemark.stopPipeline',
  installRuntime: 'tidemark.installRuntime',
  restartServer: 'tidemark.restartServer',
  showLog: 'tidemark.showLog',
} as const

export type CommandName = keyof typeof commands

export const views = { clusters: 'tidemark.clusters' } as const

/** Ids of the panels' webviews: `activeWebviewPanelId` in when-clauses. */
export const panels = {
  overview: 'tidemark.overview',
  batch: 'tidemark.batch',
  connection: 'tidemark.connection',
} as const

export const debugType = 'tidemark'

/** Keys that when-clauses of package.json read. */
export const contexts = {
  clustersState: 'tidemark.clustersState',
  isDebugging: 'tidemark.isDebugging',
  hasPipeline: 'tidemark.hasPipeline',
  isTreeFiltered: 'tidemark.isTreeFiltered',
  isLocalKafkaUp: 'tidemark.isLocalKafkaUp',
} as const

export const settings = {
  clusters: 'tidemark.clusters',
  refreshSeconds: 'tidemark.overview.refreshSeconds',
  isLagLensOn: 'tidemark.codeLens.lag',
  stopAtStart: 'tidemark.debug.stopAtStart',
} as const

/** Values of a tree item's `contextValue`, matched by `viewItem` in menus. */
export const treeItems = {
  cluster: 'cluster',
  localCluster: 'localCluster',
  group: 'group',
  topic: 'topic',
  favouriteGroup: 'favouriteGroup',
  favouriteTopic: 'favouriteTopic',
} as const
