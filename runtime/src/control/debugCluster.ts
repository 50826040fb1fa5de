/** The cluster of a debug run: what it is, how long it lets a process stand, and the scratch groups in it. */
import type { KafkaConnection } from '../clients/client.ts'
import type { Clock } from '../clock.ts'
import { bug } from '../errors.ts'
import type { OffsetStore } from '../stores/store.ts'
import { standstillMsMax } from './connect.ts'
import type { ClusterIdentity } from './readOnly.ts'
import { isLeftOver, isScratchGroup } from './scratchName.ts'

/** Groups of dead runs that one run sweeps. */
const sweptMax = 100

export interface ClusterFacts {
  readonly brokers?: readonly string[]
  /** The longest that the group waits at a breakpoint, where that is less than is wanted. */
  readonly standstillMs?: number
}

/** @throws TidemarkError nobody answers. */
export async function identityOf({ debug }: KafkaConnection): Promise<ClusterIdentity> {
  // Clients of the runtime all have it; of another one nothing would be known, and so nothing could be refused.
  if (!debug) bug('a client that cannot tell its cluster is debugged beside read-only clusters')
  const [brokers, clusterId] = await Promise.all([debug.brokers(), debug.clusterId()])
  return { brokers, clusterId }
}

/** Nothing of it is needed for the run: what cannot be learned is left out. */
export async function lookAtCluster({ debug }: KafkaConnection): Promise<ClusterFacts> {
  if (!debug) return {}
  const [brokers, longestMs = standstillMsMax] = await Promise.all([
    debug.brokers().catch(() => undefined),
    debug.sessionTimeoutMsMax().catch(() => undefined),
  ])
  return { ...(brokers ? { brokers } : {}), ...(longestMs < standstillMsMax ? { standstillMs: longestMs } : {}) }
}

/**
 * Deletes scratch groups of this pipeline's earlier runs that ended without doing so: by name, old, and without members.
 *
 * @param forgetGroups takes what belongs to them out of the pipeline's offset store
 */
export async function sweepScratchGroups(
  { debug }: KafkaConnection,
  own: string,
  clock: Clock,
  forgetGroups?: OffsetStore<never>['forgetGroups'],
): Promise<void> {
  if (!debug || !isScratchGroup(own)) return
  try {
    const groups = await debug.groups()
    const left = groups.filter(({ groupId, isEmpty }) => isEmpty && isLeftOver(groupId, own, clock))
    for (const { groupId } of left.slice(0, sweptMax)) await debug.deleteGroup(groupId)
    const alive = new Set(groups.filter(({ isEmpty }) => !isEmpty).map(({ groupId }) => groupId))
    await forgetGroups?.(groupId => isLeftOver(groupId, own, clock) && !alive.has(groupId))
  } catch {
    // The next run is another chance.
  }
}
