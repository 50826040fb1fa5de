/** The live cluster: brokers, topics, groups, and lag by cause. No editor, no screen: the tree, the panel and the command line stand on it. */

import type { KafkaClient } from '../clients/client.ts'
import { transportOf } from '../clients/kafka-protocol/connection.ts'
import { type Clock, systemClock } from '../clock.ts'
import { type Random, systemRandom } from '../random.ts'
import type { ConnectionConfig } from './connection/config.ts'
import { clusterClient } from './connection/connectCluster.ts'
import { CountingTransport } from './countingTransport.ts'
import type { SavedHistory } from './groupHistory.ts'
import { ClusterMonitor } from './monitor.ts'
import type { ClusterSnapshot, Selection } from './snapshot.ts'

export type { KafkaClient } from '../clients/client.ts'
export { TidemarkError } from '../errors.ts'
export { errorSentences, tellError } from '../errorWords.ts'
export type { LagByCause } from '../semantics/lag.ts'
export type { ResetMove, ResetTarget } from '../semantics/reset.ts'
export { type ChangeOptions, type ClusterChanges, openChanges, type Position } from './changes.ts'
export { type ImportedConnection, importClientProperties } from './connection/clientProperties.ts'
export { type ConnectionConfig, parseBroker, type SaslConfig, type TlsConfig } from './connection/config.ts'
export { clusterClient } from './connection/connectCluster.ts'
export { isPemText } from './connection/pem.ts'
export {
  type ConnectionReport,
  type ConnectionStep,
  type StepResult,
  testConnection,
} from './connection/testConnection.ts'
export { clientCredentials, type TokenEndpoint, tokenExpiredAtMs } from './connection/tokens.ts'
export type { SavedHistory } from './groupHistory.ts'
export { boundOf, isPartlyRead, watchedKey } from './groupSnapshot.ts'
export { silentBrokers } from './problems.ts'
export { reasonOf } from './reasons.ts'
export { type PlannedMove, planReset, positionsOf, type ResetPlan, type ResetQuestion } from './resetPlan.ts'
export { inEnglish, monitorSentences, SaidError, type Saying, type Told, tell } from './sentences.ts'
export type * from './snapshot.ts'
export { type StoreAddress, storeAt } from './stored/storeAt.ts'
export { type StoredFailure, type StoredPipeline, StoredReader } from './stored/storedReader.ts'

export interface MonitorOptions {
  /** How to reach the cluster: `kafkajs(new Kafka({ ... }))`. */
  readonly client: KafkaClient
  readonly clock?: Clock
  readonly random?: Random
  /** What `history()` gave another time: charts go on where they were, if it is the same cluster. Anything else is ignored. */
  readonly history?: unknown
}

export interface Monitor {
  /**
   * Reads the cluster anew; what nobody selected is not read. A broker that fails is a problem in the snapshot, not an error.
   * @throws TidemarkError no broker answers at all.
   */
  refresh(selection?: Selection): Promise<ClusterSnapshot>
  /** What the charts show, bounded: plain JSON, to be kept over a restart. */
  history(): SavedHistory
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
export function openMonitor(options: MonitorOptions): Promise<Monitor> {
  const { client, clock = systemClock, random = systemRandom, history } = options
  return ClusterMonitor.connect(new CountingTransport(transportOf(client)), { clock, random }, history)
}

/**
 * Connects to a cluster by its configuration, over kafkajs.
 *
 * @throws as `openMonitor`.
 * @example const monitor = await openCluster({ brokers: ['localhost:9092'] })
 */
export async function openCluster(config: ConnectionConfig): Promise<Monitor> {
  return openMonitor({ client: await clusterClient(config) })
}
