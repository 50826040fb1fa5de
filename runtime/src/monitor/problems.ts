/** What a refresh could not read: noted, and the rest goes on. */
import { isOutOfReach } from '../clients/kafka-protocol/brokerConnections.ts'
import type { Cluster } from '../clients/kafka-protocol/cluster.ts'
import { reasonOf } from './reasons.ts'
import { saying } from './sentences.ts'
import type { Problem } from './snapshot.ts'

export function groupProblem(groupId: string, error: unknown): Problem {
  return { place: saying('placeGroup', groupId), reason: reasonOf(error) }
}

export function brokerProblem(cluster: Cluster, nodeId: number, error: unknown): Problem {
  return {
    place: saying('placeBroker', nodeId, cluster.addressOf(nodeId)),
    reason: reasonOf(error),
    ...(isOutOfReach(error) ? { silentBroker: nodeId } : {}),
  }
}

/** Node ids of the brokers that did not answer. */
export function silentBrokers(problems: readonly Problem[]): ReadonlySet<number> {
  return new Set(problems.flatMap(({ silentBroker }) => silentBroker ?? []))
}

/** A broker that several were to ask is told of once. */
export function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map(problem => [JSON.stringify([problem.place, problem.reason]), problem])).values()]
}
