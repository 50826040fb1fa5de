/**
 * Where a partition starts, decided before its first record is read. Pure: no clock, no I/O.
 *
 * A stored position that no longer fits the log is never repaired silently: it is a `LossReport`, and `onDataLoss` answers it.
 */
import { type OffsetRange, partitionName, type TopicPartition } from './ranges.ts'

/**
 * Where a partition without a stored position begins.
 *
 * `latest` is the end of the log at the first start; a partition that is added to a topic later begins at its earliest record
 * under every choice, since whatever it holds was written while this pipeline was subscribed.
 *
 * @see Spark Structured Streaming, Kafka source: `startingOffsets`, `startingTimestamp`.
 */
export type StartingOffsets =
  | 'earliest'
  | 'latest'
  | { readonly timestampMs: number }
  | { readonly offsets: Readonly<Record<string, Readonly<Record<number, bigint | 'earliest' | 'latest'>>>> }

/** What to do about records that vanished unprocessed. `ask` calls `askOnDataLoss`. */
export type OnDataLoss = 'fail' | 'earliest' | 'latest' | 'ask'
export type DataLossAnswer = Exclude<OnDataLoss, 'ask'>

export type LossCause = 'belowLogStart' | 'beyondEnd' | 'topicRecreated' | 'negative'

export interface LossReport extends TopicPartition {
  readonly cause: LossCause
  readonly storedOffset: bigint
  readonly logStartOffset: bigint
  readonly highWatermark: bigint
  /** The offsets that were stored as unprocessed and cannot be read any more; `undefined` where nobody can know which. */
  readonly vanished: OffsetRange | undefined
  /** All of it as one sentence. */
  readonly text: string
}

export interface Position {
  readonly offset: bigint
  readonly topicId: string | undefined
}

export interface LogState extends TopicPartition {
  readonly topicId: string | undefined
  readonly logStartOffset: bigint
  readonly highWatermark: bigint
}

/** What a stored position lost, or `undefined` where it fits the log. */
export function lossOf(stored: Position, log: LogState): LossReport | undefined {
  const cause = causeOf(stored, log)
  if (cause === undefined) return undefined
  const { topic, partition, logStartOffset, highWatermark } = log
  const vanished =
    cause === 'belowLogStart' ? { topic, partition, fromOffset: stored.offset, untilOffset: logStartOffset } : undefined
  const report = { topic, partition, cause, storedOffset: stored.offset, logStartOffset, highWatermark, vanished }
  return { ...report, text: lossText(report) }
}

/** Where the answer to a loss goes on; `undefined` for `fail`. */
export function answerOffset(answer: DataLossAnswer, log: LogState): bigint | undefined {
  if (answer === 'earliest') return log.logStartOffset
  return answer === 'latest' ? log.highWatermark : undefined
}

/** One loss a line, for a message. */
export function lossLines(reports: readonly LossReport[]): string {
  return reports.map(report => `  ${report.text}`).join('\n')
}

function causeOf(stored: Position, log: LogState): LossCause | undefined {
  if (stored.topicId !== undefined && log.topicId !== undefined && stored.topicId !== log.topicId)
    return 'topicRecreated'
  if (stored.offset < 0n) return 'negative'
  if (stored.offset < log.logStartOffset) return 'belowLogStart'
  return stored.offset > log.highWatermark ? 'beyondEnd' : undefined
}

function lossText(report: Omit<LossReport, 'text'>): string {
  const { cause, storedOffset, logStartOffset, highWatermark, vanished } = report
  const name = partitionName(report)
  const log = `its log holds ${logStartOffset}..${highWatermark}`
  switch (cause) {
    case 'belowLogStart': {
      const count = (vanished?.untilOffset ?? storedOffset) - storedOffset
      return `${name}: offsets ${storedOffset}..${logStartOffset} (${count}) were deleted before they were processed; ${log}`
    }
    case 'beyondEnd':
      return `${name}: the stored position ${storedOffset} is beyond the end; ${log}. The log was cut, or the position belongs to another cluster`
    case 'topicRecreated':
      return `${name}: the topic was deleted and created anew, so the stored position ${storedOffset} means nothing; ${log}`
    case 'negative':
      return `${name}: the stored position is ${storedOffset}, which says that a client lost it; ${log}`
  }
}
