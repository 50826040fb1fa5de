import type { GuaranteeName } from '../guarantees/guarantee.ts'
import type { BatchPhase, IfItDied } from '../protocol.ts'

/** What would happen if the process died now: what the protocol of each guarantee promises in each phase. */
export function ifItDied(guarantee: GuaranteeName, phase: BatchPhase, records: number): IfItDied {
  if (phase === 'committed') return { sentence: 'committed' }
  if (guarantee === 'at-most-once')
    return phase === 'fetched'
      ? { sentence: 'notCommittedYet', again: records }
      : { sentence: 'undoneLost', undone: records }
  if (phase === 'fetched') return { sentence: 'readAgain', again: records }
  switch (guarantee) {
    case 'at-least-once':
      return { sentence: 'soFarTwice', again: records }
    case 'idempotent exactly-once':
      return { sentence: 'sameKeys' }
    case 'transactional exactly-once':
      return { sentence: 'rolledBack', again: records }
    case 'transactional exactly-once in Kafka':
      return { sentence: 'aborted', again: records }
  }
}
