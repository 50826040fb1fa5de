/** Log starts and ends of many partitions: three requests a leader, however many topics there are. */
import type { Cluster } from '../clients/kafka-protocol/cluster.ts'
import { KafkaCodeError } from '../clients/kafka-protocol/errorCodes.ts'
import { earliestTimestamp, latestTimestamp, listOffsets } from '../clients/kafka-protocol/requests/listOffsets.ts'
import { partitionName, type TopicPartition } from '../semantics/ranges.ts'
import type { Layout } from './metadataCache.ts'
import { brokerProblem } from './problems.ts'
import { reasonOf } from './reasons.ts'
import type { LogEnds, Problem } from './snapshot.ts'

export interface ReadEnds {
  readonly byPartition: ReadonlyMap<string, LogEnds>
  readonly problems: readonly Problem[]
  /** Some broker denied being the leader, or a partition had none: the layout is old. */
  readonly isLayoutStale: boolean
}

/**
 * The three answers are taken in an order that keeps start <= stable <= end, although producers go on meanwhile:
 * a start only grows, so it is asked first; an end only grows, so it is asked last.
 */
export async function readLogEnds(
  cluster: Cluster,
  layout: Layout,
  partitions: readonly TopicPartition[],
  silent: ReadonlySet<number>,
): Promise<ReadEnds> {
  const byPartition = new Map<string, LogEnds>()
  const problems: Problem[] = []
  let isLayoutStale = false
  const byLeader = groupByLeader(layout, partitions)
  for (const nodeId of silent) byLeader.delete(nodeId)
  await Promise.all(
    [...byLeader].map(async ([leader, list]) => {
      try {
        const starts = await cluster.send(leader, listOffsets(list, earliestTimestamp, 'read_uncommitted'))
        const stables = await cluster.send(leader, listOffsets(list, latestTimestamp, 'read_committed'))
        const ends = await cluster.send(leader, listOffsets(list, latestTimestamp, 'read_uncommitted'))
        // Invariant: a broker answers in the order of the request.
        for (const [i, start] of starts.entries()) {
          const stable = stables[i]
          const end = ends[i]
          const errorCode = start.errorCode || stable?.errorCode || end?.errorCode
          if (errorCode || !stable || !end) {
            isLayoutStale = true
            problems.push({
              place: partitionName(start),
              reason: reasonOf(new KafkaCodeError('ListOffsets', errorCode ?? -1)),
            })
          } else
            byPartition.set(partitionName(start), {
              logStartOffset: start.offset,
              lastStableOffset: stable.offset,
              highWatermark: end.offset,
            })
        }
      } catch (error) {
        isLayoutStale = true
        problems.push(brokerProblem(cluster, leader, error))
      }
    }),
  )
  const leaderless = partitions.length - [...byLeader.values()].reduce((sum, list) => sum + list.length, 0)
  return { byPartition, problems, isLayoutStale: isLayoutStale || leaderless > 0 }
}

function groupByLeader({ byTopic }: Layout, partitions: readonly TopicPartition[]): Map<number, TopicPartition[]> {
  const groups = new Map<number, TopicPartition[]>()
  for (const item of partitions) {
    const leader =
      byTopic.get(item.topic)?.partitions.find(({ partition }) => partition === item.partition)?.leader ?? -1
    if (leader < 0) continue
    const group = groups.get(leader)
    if (group) group.push(item)
    else groups.set(leader, [item])
  }
  return groups
}
