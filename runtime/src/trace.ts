/**
 * What a run did, as a closed union of events: the one place where the runtime speaks.
 *
 * Nothing here is on the path of a record; events are per batch or rarer.
 */
import type { TidemarkError } from './errors.ts'
import { type OffsetRange, partitionName, rangeName, type TopicPartition } from './semantics/ranges.ts'
import type { LossReport } from './semantics/start.ts'

export type TraceEvent =
  | {
      readonly kind: 'started'
      readonly groupId: string
      readonly guarantee: string
      readonly client: string
      readonly store: string
    }
  | { readonly kind: 'assigned'; readonly partitions: readonly (TopicPartition & { readonly offset: bigint })[] }
  | { readonly kind: 'revoked'; readonly partitions: readonly TopicPartition[]; readonly isDrained: boolean }
  | { readonly kind: 'lost'; readonly partitions: readonly TopicPartition[] }
  | { readonly kind: 'fenced'; readonly partitions: readonly TopicPartition[]; readonly reason: string }
  | { readonly kind: 'dataLoss'; readonly reports: readonly LossReport[]; readonly answer: string }
  | {
      readonly kind: 'batchStarted'
      readonly batchId: string
      readonly ranges: readonly OffsetRange[]
      readonly records: number
      readonly attempt: number
    }
  | {
      readonly kind: 'batchCommitted'
      readonly batchId: string
      readonly ranges: readonly OffsetRange[]
      readonly records: number
      readonly durationMs: number
    }
  | {
      readonly kind: 'batchFailed'
      readonly batchId: string
      readonly ranges: readonly OffsetRange[]
      readonly attempt: number
      readonly error: unknown
      readonly willRetry: boolean
    }
  | {
      readonly kind: 'commitUnknown'
      readonly batchId: string
      readonly settledAs: 'committed' | 'redo' | 'fenced' | 'unknown'
    }
  /** Worth a look, and nothing stops for it. */
  | { readonly kind: 'notice'; readonly error: TidemarkError }
  | { readonly kind: 'retrying'; readonly what: string; readonly attempt: number; readonly error: unknown }
  | { readonly kind: 'stopping'; readonly reason: string }
  | { readonly kind: 'stopped'; readonly error: unknown }
  | { readonly kind: 'control'; readonly message: string }

export type Trace = (event: TraceEvent) => void

/** Says only what a person must know, on standard error: fences, losses, failures, retries. The default. */
export const warningsTrace: Trace = event => {
  const text = warningOf(event)
  if (text !== undefined) console.error(`tidemark: ${text}`)
}

/** Says everything, one line an event. */
export const verboseTrace: Trace = event => {
  const details = JSON.stringify(event, (key, value: unknown) => {
    if (key === 'kind') return undefined
    if (typeof value === 'bigint') return value.toString()
    return value instanceof Error ? value.message : value
  })
  console.error(`tidemark: ${event.kind} ${details}`)
}

export const silentTrace: Trace = () => {}

function warningOf(event: TraceEvent): string | undefined {
  switch (event.kind) {
    case 'fenced':
      return `fenced on ${event.partitions.map(partitionName).join(', ')}: ${event.reason}. Nothing was written; no longer an owner.`
    case 'lost':
      return `lost ${event.partitions.map(partitionName).join(', ')} without warning (session ended): what was in flight is not committed.`
    case 'dataLoss':
      return `data loss, answered by '${event.answer}': ${event.reports.map(report => report.text).join('; ')}`
    case 'batchFailed':
      return `batch ${event.batchId} (${event.ranges.map(rangeName).join(', ')}) failed in attempt ${event.attempt}${event.willRetry ? ', will be tried again' : ''}: ${textOf(event.error)}`
    case 'commitUnknown':
      return `the commit of batch ${event.batchId} had no answer; read back as: ${event.settledAs}`
    case 'retrying':
      return `${event.what} failed (attempt ${event.attempt}), trying again: ${textOf(event.error)}`
    case 'notice':
      return event.error.message
    case 'control':
      return event.message
    default:
      return undefined
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
