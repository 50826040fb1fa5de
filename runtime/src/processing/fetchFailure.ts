import type { FetchError } from '../clients/client.ts'
import { TidemarkError } from '../errors.ts'
import { partitionName, type TopicPartition } from '../semantics/ranges.ts'

/** What ends the run; `undefined` where looking at the partition anew decides. */
export function fetchFailure(partition: TopicPartition, { code, message }: FetchError): TidemarkError | undefined {
  const where = partitionName(partition)
  switch (code) {
    case 'TOPIC_AUTHORIZATION_FAILED':
      return new TidemarkError('AUTHORIZATION_FAILED', { operation: 'read', resource: `topic ${partition.topic}` })
    case 'UNSUPPORTED_CODEC':
      return new TidemarkError('UNSUPPORTED_CODEC', { where, codec: message })
    case 'CORRUPT_RECORD':
      return new TidemarkError('CORRUPT_RECORD', { where, reason: message })
    case 'OFFSET_OUT_OF_RANGE':
    case 'UNKNOWN_TOPIC_OR_PARTITION':
    case 'RETRIABLE':
      return undefined
  }
}
