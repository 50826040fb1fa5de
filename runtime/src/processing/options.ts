/** What a user says about a pipeline, checked once at start. */
import type { KafkaClient } from '../clients/client.ts'
import type { Clock } from '../clock.ts'
import type { ValueParser } from '../dataset/record.ts'
import { TidemarkError } from '../errors.ts'
import type { Guarantee } from '../guarantees/guarantee.ts'
import type { Random } from '../random.ts'
import type { DataLossAnswer, LossReport, OnDataLoss, StartingOffsets } from '../semantics/start.ts'
import type { Trace } from '../trace.ts'

export interface ProcessorOptions<V, Extra extends object> {
  /** `kafkajs(new Kafka({ ... }))` from `@tidemark/runtime/clients/kafkajs`. */
  readonly client: KafkaClient
  /** The consumer group; instances with the same id share the partitions, and each position is kept under it. */
  readonly groupId: string
  /** Topics by name, or every topic whose whole name matches. */
  readonly topics: readonly string[] | RegExp
  /** How a record's value is read: `json<Order>()`, `text`, `bytes`, or a function. */
  readonly value: ValueParser<V>
  /** What is promised about every record. There is no default: leaving it out does not compile. */
  readonly guarantee: Guarantee<Extra>
  /** Where a partition without a stored position starts. @defaultValue 'earliest': nothing is skipped */
  readonly startingOffsets?: StartingOffsets
  /** What to do when records vanished unprocessed. @defaultValue 'fail' */
  readonly onDataLoss?: OnDataLoss
  /** Decides for `onDataLoss: 'ask'`, knowing exactly which ranges vanished. */
  readonly askOnDataLoss?: (reports: readonly LossReport[]) => DataLossAnswer | Promise<DataLossAnswer>
  /**
   * Most records a batch may hold, summed over its partitions (with `foreachPartition`: of one partition).
   *
   * Smaller batches commit sooner and repeat less after a crash; larger ones spread the cost of a commit.
   * @defaultValue 10_000 records
   * @see Spark Structured Streaming, `maxOffsetsPerTrigger`: there offsets are counted, here records, since markers and gaps take offsets too.
   */
  readonly maxRecordsPerBatch?: number
  /** Most bytes of log a batch may hold. A single record larger than every bound still runs, alone. @defaultValue 16 MiB */
  readonly maxBytesPerBatch?: number
  /** How long a batch that is not full waits for more records once it has one, in milliseconds. @defaultValue 0 ms */
  readonly maxWaitMsPerBatch?: number
  /** Most bytes of log fetched ahead of the batch that runs, over all partitions. @defaultValue 32 MiB */
  readonly prefetchBytesMax?: number
  /**
   * When batches run: as fast as records come; at most one every `processingTimeMs`; or all that is there at the start, then stop.
   * @defaultValue 'asFastAsPossible'
   * @see Spark Structured Streaming, triggers: `ProcessingTime`, `AvailableNow`.
   */
  readonly trigger?: Trigger
  /** `read_committed` hides records of open and aborted transactions. @defaultValue 'read_committed' */
  readonly isolation?: 'read_committed' | 'read_uncommitted'
  /** Bounded retries of a batch whose handler or store failed; at-most-once never retries. */
  readonly retry?: RetryOptions
  /** How long the group waits for a silent member, in milliseconds. @defaultValue 30_000 ms */
  readonly sessionTimeoutMs?: number
  /** How long a batch in flight may take to finish when its partition is given to another member. @defaultValue 60_000 ms */
  readonly rebalanceTimeoutMs?: number
  /** @defaultValue a tenth of `sessionTimeoutMs` */
  readonly heartbeatIntervalMs?: number
  /** How often topics that match a pattern and partitions that were added are looked for. @defaultValue 30_000 ms */
  readonly metadataRefreshIntervalMs?: number
  /** Static membership (KIP-345): a restart under the same id within the session causes no rebalance. */
  readonly groupInstanceId?: string
  /**
   * Where offsets live in a store: also commits them to the Kafka group, at most once a second, so that ordinary lag monitors see the
   * pipeline. For display only; never read as a position. @defaultValue true
   */
  readonly mirrorCommits?: boolean
  /** Most proof records kept in a store. @defaultValue 1_000 batches */
  readonly proofRecordsMax?: number
  /** Whether SIGINT and SIGTERM stop the run. @defaultValue true */
  readonly handleSignals?: boolean
  /** How long the batch in flight may take to finish after a signal, in milliseconds. @defaultValue 30_000 ms */
  readonly stopDeadlineMs?: number
  /** Told what happens; `warningsTrace` is the default. */
  readonly trace?: Trace
  readonly clock?: Clock
  readonly random?: Random
}

export type Trigger = 'asFastAsPossible' | 'availableNow' | { readonly processingTimeMs: number }

export interface RetryOptions {
  /** Runs of one batch in all, the first one included. @defaultValue 3 */
  readonly attemptsMax?: number
  /** Pause before the second attempt; doubled each time, at most 30 s. @defaultValue 200 ms */
  readonly backoffMs?: number
}

/** The bounds of a run, every default filled in. */
export interface Bounds {
  readonly maxRecordsPerBatch: number
  readonly maxBytesPerBatch: number
  readonly maxWaitMsPerBatch: number
  readonly prefetchBytesMax: number
  readonly attemptsMax: number
  readonly backoffMs: number
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly metadataRefreshIntervalMs: number
  readonly stopDeadlineMs: number
  readonly proofRecordsMax: number
}

/** @throws TidemarkError OPTION_INVALID */
export function checkOptions<V, Extra extends object>(options: ProcessorOptions<V, Extra>): Bounds {
  checkNames(options)
  const sessionTimeoutMs = atLeast(1, 'sessionTimeoutMs', options.sessionTimeoutMs ?? 30_000)
  const bounds: Bounds = {
    maxRecordsPerBatch: atLeast(1, 'maxRecordsPerBatch', options.maxRecordsPerBatch ?? 10_000),
    maxBytesPerBatch: atLeast(1, 'maxBytesPerBatch', options.maxBytesPerBatch ?? 16 << 20),
    maxWaitMsPerBatch: atLeast(0, 'maxWaitMsPerBatch', options.maxWaitMsPerBatch ?? 0),
    prefetchBytesMax: atLeast(1, 'prefetchBytesMax', options.prefetchBytesMax ?? 32 << 20),
    attemptsMax: atLeast(1, 'retry.attemptsMax', options.retry?.attemptsMax ?? 3),
    backoffMs: atLeast(0, 'retry.backoffMs', options.retry?.backoffMs ?? 200),
    sessionTimeoutMs,
    rebalanceTimeoutMs: atLeast(1, 'rebalanceTimeoutMs', options.rebalanceTimeoutMs ?? 60_000),
    heartbeatIntervalMs: atLeast(
      1,
      'heartbeatIntervalMs',
      options.heartbeatIntervalMs ?? Math.ceil(sessionTimeoutMs / 10),
    ),
    metadataRefreshIntervalMs: atLeast(1, 'metadataRefreshIntervalMs', options.metadataRefreshIntervalMs ?? 30_000),
    stopDeadlineMs: atLeast(0, 'stopDeadlineMs', options.stopDeadlineMs ?? 30_000),
    proofRecordsMax: atLeast(1, 'proofRecordsMax', options.proofRecordsMax ?? 1_000),
  }
  if (bounds.heartbeatIntervalMs * 3 > sessionTimeoutMs) {
    invalid(
      'heartbeatIntervalMs',
      bounds.heartbeatIntervalMs,
      `at most a third of sessionTimeoutMs (${sessionTimeoutMs})`,
    )
  }
  if (typeof options.trigger === 'object') atLeast(1, 'trigger.processingTimeMs', options.trigger.processingTimeMs)
  return bounds
}

function checkNames<V, Extra extends object>(options: ProcessorOptions<V, Extra>): void {
  const { client, groupId, topics, value, guarantee, onDataLoss, askOnDataLoss } = options
  if (typeof client?.connect !== 'function') invalid('client', client, 'a client such as kafkajs(new Kafka({ ... }))')
  if (typeof groupId !== 'string' || groupId === '') invalid('groupId', groupId, 'a name that is not empty')
  if (!(topics instanceof RegExp) && !(Array.isArray(topics) && topics.length > 0)) {
    invalid('topics', topics, 'a list of at least one topic name, or a regular expression')
  }
  if (typeof value !== 'function') invalid('value', value, 'a parser: json<T>(), text, bytes or a function')
  if (typeof guarantee?.open !== 'function') {
    invalid('guarantee', guarantee, 'one of atMostOnce(), atLeastOnce(), idempotent(store), transactional(store)')
  }
  oneOf('onDataLoss', onDataLoss, ['fail', 'earliest', 'latest', 'ask'])
  oneOf('isolation', options.isolation, ['read_committed', 'read_uncommitted'])
  if (typeof options.startingOffsets !== 'object')
    oneOf('startingOffsets', options.startingOffsets, ['earliest', 'latest'])
  if (typeof options.trigger !== 'object') oneOf('trigger', options.trigger, ['asFastAsPossible', 'availableNow'])
  if (onDataLoss === 'ask' && askOnDataLoss === undefined)
    invalid('askOnDataLoss', askOnDataLoss, "a function, since onDataLoss is 'ask'")
}

/** For pipelines in JavaScript: the compiler does not stand between a typing mistake and a silent default there. */
function oneOf(option: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.some(choice => choice === value)) return
  invalid(option, value, `one of ${choices.join(', ')}`)
}

function atLeast(least: number, option: string, value: number): number {
  const isTime = option.endsWith('Ms')
  if (typeof value === 'number' && value >= least && (isTime ? Number.isFinite(value) : Number.isSafeInteger(value)))
    return value
  return invalid(option, value, `${isTime ? 'a number' : 'a whole number'}, at least ${least}`)
}

function invalid(option: string, value: unknown, expected: string): never {
  throw new TidemarkError('OPTION_INVALID', { option, value, expected })
}
