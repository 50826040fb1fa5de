/** The live cluster: brokers, topics, groups, and lag by cause. No editor, no screen: the tree, the panel and the command line stand on it. */

import type { KafkaClient } from '../clients/client.ts'
import { transportOf } from '../clients/kafka-protocol/connection.ts'
import { type Clock, systemClock } from '../clock.ts'
import { type Random, systemRandom } from '../random.ts'
import { CountingTransport } from './countingTransport.ts'
import { ClusterMonitor } from './monitor.ts'
import type { ClusterSnapshot, Selection } from './snapshot.ts'

export type { LagByCause } from '../semantics/lag.ts'
export type * from './snapshot.ts'

export interface MonitorOptions {
  /** How to reach the cluster: `kafkajs(new Kafka({ ... }))`. */
  readonly client: KafkaClient
  readonly clock?: Clock
  readonly random?: Random
}

export interface Monitor {
  /**
   * Reads the cluster anew; what nobody selected is not read. A broker that fails is a problem in the snapshot, not an error.
   * @throws TidemarkError no broker answers at all.
   */
  refresh(selection?: Selection): Promise<ClusterSnapshot>
  close(): Promise<void>
}

/**
 * Connects to a cluster. It never joins a group, never commits, never writes.
 *
 * @throws TidemarkError BROKER_UNREACHABLE, AUTHENTICATION_FAILED, BROKER_TOO_OLD.
 * @example
 * const monitor = await openMonitor({ client: kafkajs(new Kafka({ brokers: ['localhost:9092'] })) })
 * const { selectedGroups } = await monitor.refresh({ details: ['order-totals'] })
 */
export function openMonitor({ client, clock = systemClock, random = systemRandom }: MonitorOptions): Promise<Monitor> {
  return ClusterMonitor.connect(new CountingTransport(transportOf(client)), { clock, random })
}
