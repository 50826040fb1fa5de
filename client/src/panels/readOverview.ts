/** One read of a cluster for the overview: every group's lag, and one group in detail. */
import type { OverviewSnapshot } from '@tidemark/webview/protocol'
import type { Pipelines } from '../analysis/pipelines.ts'
import type { Clusters } from '../cluster/clusters.ts'
import type { ReadOverview } from './overviewPanel.ts'
import { overviewSnapshot } from './overviewSnapshot.ts'
import { overviewWords } from './overviewWords.ts'

export function createReadOverview(clusters: Clusters, pipelines: Pipelines): ReadOverview {
  return async (cluster, { groupId, isPaused }): Promise<OverviewSnapshot> => {
    const details = groupId === undefined ? [] : [groupId]
    const read = await clusters.read(cluster, { groups: 'all', details })
    const selectedGroup = read.groups.some(group => group.groupId === groupId) ? groupId : undefined
    return overviewSnapshot(read, {
      cluster: cluster.name,
      isReadOnly: cluster.isReadOnly,
      isPaused,
      selectedGroup,
      hasPipeline: id => pipelines.ofGroup(id).length > 0,
      guarantees: id => pipelines.ofGroup(id),
      words: overviewWords,
    })
  }
}
