/** Three real brokers with as many partitions as this machine makes in a minute, and groups with positions in them. */
import { clusterClient } from '@tidemark/runtime/monitor'
import { Cluster } from '../../../runtime/src/clients/kafka-protocol/cluster.ts'
import { transportOf } from '../../../runtime/src/clients/kafka-protocol/connection.ts'
import { checkCode } from '../../../runtime/src/clients/kafka-protocol/errorCodes.ts'
import { offsetCommit } from '../../../runtime/src/clients/kafka-protocol/requests/offsets.ts'
import { systemClock } from '../../../runtime/src/clock.ts'
import { systemRandom } from '../../../runtime/src/random.ts'
import { useKafka } from '../../harness/kafka.ts'

const makingMsMax = 60_000
const topicsAtOnce = 50
const partitionsPerTopic = 4
const partitionsMax = 6_000
const groups = 200
const topicsPerGroup = 4

export interface RealCluster {
  readonly brokers: readonly string[]
  readonly topics: number
  readonly partitions: number
  readonly groupIds: readonly string[]
}

export async function withRealCluster(work: (cluster: RealCluster) => Promise<void>): Promise<void> {
  const cleanUps: (() => unknown)[] = []
  try {
    const { brokers } = await useKafka({ after: cleanUp => void cleanUps.push(cleanUp) }, { brokers: 3 })
    const client = await clusterClient({ brokers })
    const connection = await client.connect()
    cleanUps.push(() => connection.close())
    const topics: string[] = []
    const startedMs = performance.now()
    while (performance.now() - startedMs < makingMsMax && topics.length * partitionsPerTopic < partitionsMax) {
      const names = Array.from(
        { length: topicsAtOnce },
        (_, i) => `topic-${String(topics.length + i).padStart(5, '0')}`,
      )
      await connection.createTopics(
        names.map(topic => ({ topic, partitions: partitionsPerTopic, replicationFactor: 1 })),
      )
      topics.push(...names)
    }
    const cluster = await Cluster.connect(transportOf(client), { clock: systemClock, random: systemRandom })
    cleanUps.push(() => cluster.close())
    const groupIds = Array.from({ length: groups }, (_, i) => `group-${String(i).padStart(4, '0')}`)
    for (const [i, groupId] of groupIds.entries()) await commitPositions(cluster, groupId, i, topics)
    await work({ brokers, topics: topics.length, partitions: topics.length * partitionsPerTopic, groupIds })
  } finally {
    for (const cleanUp of cleanUps.reverse()) await cleanUp()
  }
}

async function commitPositions(
  cluster: Cluster,
  groupId: string,
  at: number,
  topics: readonly string[],
): Promise<void> {
  const positions = Array.from(
    { length: topicsPerGroup },
    (_, n) => topics[(at * 37 + n * 101) % topics.length] as string,
  ).flatMap(topic => Array.from({ length: partitionsPerTopic }, (_, partition) => ({ topic, partition, offset: 0n })))
  const nobody = { groupId, memberId: '', generation: -1, groupInstanceId: undefined }
  await cluster.sendToCoordinator('group', groupId, offsetCommit(nobody, positions), answers => {
    for (const { errorCode } of answers) checkCode('OffsetCommit', errorCode)
  })
}
