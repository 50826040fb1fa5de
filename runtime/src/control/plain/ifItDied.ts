import type { BatchPhase, IfItDied } from '../../protocol.ts'
import { most } from '../../semantics/bigints.ts'
import { partitionName } from '../../semantics/ranges.ts'
import type { PlainBatch } from './batch.ts'

export interface PlainSituation {
  /** The group's committed offset of the batch's partition; `undefined` where there has never been one. */
  readonly committed: bigint | undefined
  readonly isFromBeginning: boolean
  readonly isAutoCommit: boolean
}

/**
 * What would happen to a batch of plain kafkajs code if the process died now.
 *
 * Told from what is committed by now, not from what was configured: a handler may commit early. A handler counts as done when its promise
 * resolved; what it started and did not await cannot be seen.
 */
export function ifPlainConsumerDied(batch: PlainBatch, phase: BatchPhase, situation: PlainSituation): IfItDied {
  const { committed, isFromBeginning, isAutoCommit } = situation
  if (committed === undefined && !isFromBeginning) return ifNeverCommitted(batch, phase)
  const nextStart = committed ?? batch.range.fromOffset
  const again = batch.countFrom(nextStart)
  // Neither read again nor known to be done.
  const undone = batch.countFrom(batch.handledUntil) - batch.countFrom(most(nextStart, batch.handledUntil))
  if (again === 0) return undone === 0 ? { sentence: 'committedAndDone' } : { sentence: 'undoneLost', undone }
  if (phase === 'fetched')
    return undone === 0 ? { sentence: 'readAgain', again } : { sentence: 'readAgainAndLost', again, undone }
  if (phase === 'processing')
    return undone === 0 ? { sentence: 'soFarTwice', again } : { sentence: 'soFarTwiceAndLost', again, undone }
  if (undone > 0) return { sentence: 'twiceAndLost', again, undone }
  return { sentence: isAutoCommit ? 'twice' : 'uncommittedTwice', again }
}

/**
 * The trap of a new group:
 *   1. it subscribes without fromBeginning, reads the records that arrive, and dies before its first commit
 *   2. the next start finds no offset, and begins at the end of the log: what lies between is never read
 */
function ifNeverCommitted(batch: PlainBatch, phase: BatchPhase): IfItDied {
  const partition = partitionName(batch.range)
  if (phase === 'fetched') return { sentence: 'endUnread', partition, undone: batch.records }
  const undone = batch.countFrom(batch.handledUntil)
  return undone === 0
    ? { sentence: 'endDone', partition, again: batch.records }
    : { sentence: 'endUndone', partition, undone }
}
