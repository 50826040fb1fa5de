import type { BatchPhase } from '../../protocol.ts'
import { partitionName } from '../../semantics/ranges.ts'
import type { PlainBatch } from './batch.ts'

export interface PlainSituation {
  /** The group's committed offset of the batch's partition; `undefined` where there has never been one. */
  readonly committed: bigint | undefined
  readonly isFromBeginning: boolean
  readonly isAutoCommit: boolean
}

/**
 * What would happen to a batch of plain kafkajs code if the process died now, in one sentence.
 *
 * Told from what is committed by now, not from what was configured: a handler may commit early. A handler counts as done when its promise
 * resolved; what it started and did not await cannot be seen.
 */
export function ifPlainConsumerDied(batch: PlainBatch, phase: BatchPhase, situation: PlainSituation): string {
  const { committed, isFromBeginning, isAutoCommit } = situation
  if (committed === undefined && !isFromBeginning) return ifNeverCommitted(batch, phase)
  const nextStart = committed ?? batch.range.fromOffset
  const again = batch.countFrom(nextStart)
  // Neither read again nor known to be done.
  const undone = batch.countFrom(batch.handledUntil) - batch.countFrom(max(nextStart, batch.handledUntil))
  const lost =
    undone === 0
      ? ''
      : `what the handler has not done yet for ${these(undone)} would be lost: their offsets are committed already`
  if (again === 0)
    return lost === ''
      ? 'Nothing would be repeated or lost: the batch is committed, and the handler says that it is done.'
      : sentence(lost)
  const others = lost === '' ? '' : `; ${lost}`
  if (phase === 'fetched')
    return sentence(
      `${lost === '' ? 'nothing would be repeated or lost: ' : ''}the next start reads ${these(again)} again${others}`,
    )
  const why = isAutoCommit || phase === 'processing' ? '' : ' (autoCommit is off, and nothing has committed them)'
  const done =
    phase === 'processing' ? 'has written so far would be written twice' : 'has written would be written twice'
  return sentence(
    `${lost === '' ? 'nothing would be lost, but ' : ''}${these(again)} would run again${why}: what the handler ${done}${others}`,
  )
}

/**
 * The trap of a new group:
 *   1. it subscribes without fromBeginning, reads the records that arrive, and dies before its first commit
 *   2. the next start finds no offset, and begins at the end of the log: what lies between is never read
 */
function ifNeverCommitted(batch: PlainBatch, phase: BatchPhase): string {
  const where = `No offset of ${partitionName(batch.range)} is committed yet, and without fromBeginning the next start begins at the end of the log`
  if (phase === 'fetched') return `${where}: ${these(batch.records)} would be lost.`
  const undone = batch.countFrom(batch.handledUntil)
  return undone === 0
    ? `${where}: ${these(batch.records)} would not run again, and the handler says that it is done.`
    : `${where}: what the handler has not done yet for ${these(undone)} would be lost.`
}

function these(records: number): string {
  return records === 1 ? 'this 1 record' : `these ${records.toLocaleString('en')} records`
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
