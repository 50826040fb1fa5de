/** The clusters of the settings that refuse every change, for those who act outside this process: debugged pipelines. */
import type { ReadOnlyCluster } from '@tidemark/runtime/protocol'
import type { ClusterConfig } from './clusterSettings.ts'
import type { Clusters } from './clusters.ts'

/** How long a start of the debugger waits for such a cluster to say who it is. */
const patienceMs = 2_000

/**
 * Each with what tells it apart under any address: its id, and its brokers as they advertise themselves. One that does not answer
 * soon is known by the addresses of its entry.
 */
export async function readOnlyClusters(clusters: Clusters): Promise<ReadOnlyCluster[]> {
  const { clusters: known } = await clusters.list()
  return Promise.all(known.filter(({ isReadOnly }) => isReadOnly).map(cluster => identified(clusters, cluster)))
}

async function identified(clusters: Clusters, cluster: ClusterConfig): Promise<ReadOnlyCluster> {
  const { name, brokers: addresses } = cluster
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, patienceMs, undefined)
  const read = await Promise.race([clusters.read(cluster, {}).catch(() => undefined), late])
  clearTimeout(timer)
  const advertised = read?.brokers.map(({ host, port }) => `${host}:${port}`) ?? []
  return { name, brokers: [...addresses, ...advertised], clusterId: read?.clusterId }
}
