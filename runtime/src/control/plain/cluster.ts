/** What faults and replays ask of the cluster for a plain kafkajs consumer, over the program's own `Kafka`. */
import type { Kafka } from 'kafkajs'
import type { KafkaConnection } from '../../clients/client.ts'
import type { OffsetRange } from '../../semantics/ranges.ts'
import type { ClusterIdentity } from '../readOnly.ts'
import { type Refetched, refetch } from '../refetch.ts'

/** Deletes the records of these ranges for good. */
export async function deleteRecords(kafka: Kafka, ranges: readonly OffsetRange[]): Promise<void> {
  const { kafkajs } = await import('../../clients/kafkajs.ts')
  const connection = await kafkajs(kafka).connect()
  try {
    await connection.deleteRecords?.(ranges.map(({ untilOffset, ...where }) => ({ ...where, offset: untilOffset })))
  } finally {
    await connection.close()
  }
}

/** By kafkajs' own admin, which every version has. */
export async function identityOf(kafka: Kafka): Promise<ClusterIdentity> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const { brokers, clusterId } = await admin.describeCluster()
    return { brokers: brokers.map(({ host, port }) => `${host}:${port}`), clusterId }
  } finally {
    await admin.disconnect()
  }
}

/** The records as any reader with `read_committed` sees them, by a connection of the runtime's own. */
export async function refetchPlain(kafka: Kafka, ranges: readonly OffsetRange[]): Promise<Refetched> {
  const { kafkajs } = await import('../../clients/kafkajs.ts')
  const connection = await kafkajs(kafka).connect()
  try {
    return await refetch(ranges, { connection, isolation: 'read_committed' })
  } finally {
    await connection.close()
  }
}

/** Asks the cluster by a connection of the runtime's own; `undefined` where this kafkajs has another inside, or nobody answers. */
export async function asking<Result>(
  kafka: Kafka,
  ask: (connection: KafkaConnection) => Promise<Result>,
): Promise<Result | undefined> {
  try {
    const { kafkajs } = await import('../../clients/kafkajs.ts')
    const connection = await kafkajs(kafka).connect()
    try {
      return await ask(connection)
    } finally {
      await connection.close()
    }
  } catch {
    return undefined
  }
}

interface Coordinator {
  leaveGroup(member: { readonly groupId: string; readonly memberId: string }): Promise<unknown>
}

interface Cluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  findGroupCoordinator(group: { readonly groupId: string }): Promise<Coordinator>
}

/**
 * Has the coordinator give a member up, as it does when the member's session ends; the member itself is told nothing.
 *
 * kafkajs' admin cannot, its cluster can: the one beneath the documented surface, as the runtime's own adapter uses it.
 * @throws Error this kafkajs has another inside.
 */
export async function expireMember(kafka: Kafka, member: { groupId: string; memberId: string }): Promise<void> {
  const cluster = clusterOf(kafka)
  if (!cluster) throw new Error('this version of kafkajs cannot have a member removed')
  await cluster.connect()
  try {
    const coordinator = await cluster.findGroupCoordinator({ groupId: member.groupId })
    await coordinator.leaveGroup(member)
  } finally {
    await cluster.disconnect()
  }
}

/** Whether the records can be fetched again: the runtime's adapter knows this kafkajs. */
export function canReachCluster(kafka: Kafka): boolean {
  return clusterOf(kafka) !== undefined
}

function clusterOf(kafka: Kafka): Cluster | undefined {
  const symbol = Object.getOwnPropertySymbols(kafka).find(each => each.description === 'private:Kafka:createCluster')
  const create: unknown = symbol && Reflect.get(kafka, symbol)
  if (typeof create !== 'function') return undefined
  const cluster: unknown = create({ metadataMaxAge: 300_000, allowAutoTopicCreation: false, maxInFlightRequests: null })
  return isCluster(cluster) ? cluster : undefined
}

function isCluster(value: unknown): value is Cluster {
  return typeof value === 'object' && value !== null && 'findGroupCoordinator' in value && 'disconnect' in value
}
