/** Notices what no broker tells a member: partitions added to a topic, topics that came to match a pattern, topics gone. */
import { pause } from '../../clock.ts'
import type { JoinOptions } from '../client.ts'
import type { Cluster } from './cluster.ts'
import type { GroupSession } from './groupSession.ts'

const refreshIntervalDefaultMs = 30_000

/** The topics a subscription means right now. Internal topics are never meant by a pattern. */
export async function matchedTopics(cluster: Cluster, topics: readonly string[] | RegExp): Promise<readonly string[]> {
  if (!(topics instanceof RegExp)) return topics
  const { topics: all } = await cluster.describe(undefined)
  return all
    .filter(({ topic, errorCode, isInternal }) => errorCode === 0 && !isInternal && matches(topics, topic))
    .map(({ topic }) => topic)
}

/** Shared or stateful flags (`g`, `y`) of a user's pattern must not make every second topic vanish. */
export function matches(pattern: RegExp, topic: string): boolean {
  pattern.lastIndex = 0
  return pattern.test(topic)
}

/**
 * Calls for a rebalance when the session's picture of topics is no longer true; ends with the session.
 *
 * @param groupTopics what the leader assigned over; `undefined` for the others, who leave partition counts to the leader.
 */
export async function watchMetadata(
  cluster: Cluster,
  session: GroupSession,
  options: JoinOptions,
  groupTopics: readonly string[] | undefined,
  subscribed: readonly string[],
): Promise<void> {
  const isPattern = options.topics instanceof RegExp
  if (!groupTopics && !isPattern) return
  const picture = () =>
    (groupTopics ?? [])
      .map(topic => `${topic} ${cluster.knownTopic(topic)?.partitions.length ?? 0}`)
      .toSorted()
      .join()
  const names = (topics: readonly string[]) => topics.toSorted().join()
  const before = picture()
  while (!session.signal.aborted) {
    await pause(
      cluster.surroundings.clock,
      options.metadataRefreshIntervalMs ?? refreshIntervalDefaultMs,
      session.signal,
    )
    if (session.signal.aborted) return
    try {
      const bounds = { signal: session.signal }
      if (groupTopics) await cluster.describe(groupTopics, bounds)
      const isSame =
        picture() === before &&
        (!isPattern || names(await matchedTopics(cluster, options.topics)) === names(subscribed))
      if (!isSame) session.callForRebalance()
    } catch {
      // Heartbeats judge whether the cluster is there; this only looks again later.
    }
  }
}
