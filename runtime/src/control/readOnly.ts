/**
 * The gate of debug runs: none is made on a cluster that its owner has declared read-only. A run joins a group, commits, and its
 * handler writes what it writes; so it ends here, before it has copied an offset or joined.
 *
 * Whoever starts the run names the clusters in the environment, since only the started program knows which one it uses.
 */
import { TidemarkError } from '../errors.ts'
import { controlReadOnlyVariable, isSameCluster, type ReadOnlyCluster } from '../protocol.ts'

export interface ClusterIdentity {
  /** `host:port` as the brokers advertise themselves. */
  readonly brokers: readonly string[]
  readonly clusterId: string | undefined
}

/**
 * To be thrown before anything is written; `undefined`: the run may go on. Asks nothing where no cluster is declared read-only.
 * @throws Error nobody can tell: then nobody gets through.
 */
export async function refusalOf(
  environment: NodeJS.ProcessEnv,
  identify: () => Promise<ClusterIdentity>,
): Promise<TidemarkError<'CLUSTER_READ_ONLY'> | undefined> {
  const refused = readOnlyClusters(environment)
  if (refused.length === 0) return undefined
  const { brokers, clusterId } = await identify()
  const found = refused.find(
    cluster => (clusterId !== undefined && cluster.clusterId === clusterId) || isSameCluster(cluster.brokers, brokers),
  )
  return found && new TidemarkError('CLUSTER_READ_ONLY', { cluster: found.name, what: 'debug a pipeline on it' })
}

/** @throws Error the variable cannot be read: a gate that nobody understands stays shut. */
function readOnlyClusters({ [controlReadOnlyVariable]: text = '' }: NodeJS.ProcessEnv): ReadOnlyCluster[] {
  if (!text.trimStart().startsWith('[')) {
    const brokers = text.split(',').flatMap(broker => broker.trim() || [])
    return brokers.length === 0 ? [] : [{ name: brokers.join(', '), brokers }]
  }
  const entries: unknown = JSON.parse(text)
  if (Array.isArray(entries) && entries.every(isEntry)) return entries
  throw new Error(`${controlReadOnlyVariable} is no list of clusters with a name and brokers`)
}

function isEntry(entry: unknown): entry is ReadOnlyCluster {
  const { name, brokers } = (entry ?? {}) as Partial<ReadOnlyCluster>
  return typeof name === 'string' && Array.isArray(brokers) && brokers.every(broker => typeof broker === 'string')
}
