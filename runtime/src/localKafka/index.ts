/** A Kafka of one's own on this machine: Docker when an engine answers, else the official jars under Java. */
export { type RunningCluster, restartLocalKafka, startLocalKafka, stopLocalKafka } from './cluster.ts'
export { findDistribution, kafkaHomeVariable, kafkaVersion } from './distribution.ts'
export { LocalKafkaError, type LocalKafkaErrorCode, localKafkaSentences } from './errors.ts'
export { cacheFolder, cacheHomeVariable, clustersFolder, dataHomeVariable } from './folders.ts'
export { findJava } from './java.ts'
export type { ClusterAddress, SecureListener, StartOptions } from './plan.ts'
export { type ClusterStatus, localKafkaLogs, localKafkaStatus } from './status.ts'
export { localKafkaSteps } from './steps.ts'
