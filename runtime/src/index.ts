/** `@tidemark/runtime`: an offset-managed Kafka processor with four delivery guarantees. */
export type { Clock } from './clock.ts'
export { Batch } from './dataset/batch.ts'
export { Dataset, type DatasetPartition, type KafkaDatasetPartition, type Partitioning } from './dataset/dataset.ts'
export { bytes, type ConsumedRecord, json, text, type ValueParser } from './dataset/record.ts'
export type { Key } from './dataset/shuffle.ts'
export { CommitUnknownError, type ErrorCode, FencedError, ProduceError, TidemarkError } from './errors.ts'
export {
  atLeastOnce,
  atMostOnce,
  type Guarantee,
  type GuaranteeName,
  type IdempotentContext,
  idempotent,
  type KafkaTransaction,
  type KafkaTransactions,
  kafka,
  type TransactionalContext,
  transactional,
} from './guarantees/index.ts'
export {
  type BatchHandler,
  createProcessor,
  type HandlerContext,
  type PartitionContext,
  type PartitionHandler,
  type Processor,
  type ProcessorOptions,
  type RetryOptions,
  type StopReport,
  type Trigger,
} from './processor.ts'
export type { Random } from './random.ts'
export { type OffsetRange, partitionName, type TopicPartition } from './semantics/ranges.ts'
export type { DataLossAnswer, LossReport, OnDataLoss, StartingOffsets } from './semantics/start.ts'
export { silentTrace, type Trace, type TraceEvent, verboseTrace, warningsTrace } from './trace.ts'
