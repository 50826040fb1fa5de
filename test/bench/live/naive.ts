/** One lookup per topic and per group, as extensions do that were written for small clusters. */
import { clusterClient } from '@tidemark/runtime/monitor'
import { Cluster } from '../../../runtime/src/clients/kafka-protocol/cluster.ts'
import { transportOf } from '../../../runtime/src/clients/kafka-protocol/connection.ts'
import { describeGroups } from '../../../runtime/src/clients/kafka-protocol/requests/describeGroups.ts'
import { findCoordinator } from '../../../runtime/src/clients/kafka-protocol/requests/findCoordinator.ts'
import {
  earliestTimestamp,
  latestTimestamp,
  listOffsets,
} from '../../../runtime/src/clients/kafka-protocol/requests/listOffsets.ts'
import { systemClock } from '../../../runtime/src/clock.ts'
import { CountingTransport } from '../../../runtime/src/monitor/countingTransport.ts'
import { offsetFetchMany } from '../../../runtime/src/monitor/requests/offsetFetchMany.ts'
import { systemRandom } from '../../../runtime/src/random.ts'
import { report } from './report.ts'

/** As many as a browser opens to one server, and more than the extensions looked at. */
const naiveAtOnce = 6

export async function measureNaive(brokers: readonly string[], groupIds: readonly string[]): Promise<void> {
  const transport = new CountingTransport(transportOf(await clusterClient({ brokers: [brokers[0] as string] })))
  const cluster = await Cluster.connect(transport, { clock: systemClock, random: systemRandom })
  const startedMs = performance.now()
  const { topics } = await cluster.describe(undefined)
  await inTurns(topics, async ({ topic, partitions }) => {
    await cluster.describe([topic])
    for (const leader of new Set(partitions.map(partition => partition.leader))) {
      const own = partitions
        .filter(partition => partition.leader === leader)
        .map(({ partition }) => ({ topic, partition }))
      await cluster.send(leader, listOffsets(own, earliestTimestamp, 'read_uncommitted'))
      await cluster.send(leader, listOffsets(own, latestTimestamp, 'read_uncommitted'))
    }
  })
  await inTurns(groupIds, async groupId => {
    const { nodeId } = await cluster.sendToAny(findCoordinator('group', groupId), () => {})
    await cluster.send(nodeId, describeGroups([groupId]))
    await cluster.send(nodeId, offsetFetchMany([groupId]))
  })
  report(
    'naive: a lookup per topic and group',
    transport.requestCount,
    performance.now() - startedMs,
    `${naiveAtOnce} at once`,
  )
  cluster.close()
}

async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values()
  const worker = async () => {
    for (const item of waiting) await work(item)
  }
  await Promise.all(Array.from({ length: naiveAtOnce }, worker))
}
