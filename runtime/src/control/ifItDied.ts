import type { GuaranteeName } from '../guarantees/guarantee.ts'
import type { BatchPhase } from '../protocol.ts'

/** Made once: a format made for each sentence costs a millisecond, at every phase. */
const counted = new Intl.NumberFormat('en')

/** What would happen if the process died now, in one sentence: what the protocol of each guarantee promises in each phase. */
export function ifItDied(guarantee: GuaranteeName, phase: BatchPhase, records: number): string {
  const these = records === 1 ? 'this 1 record' : `these ${counted.format(records)} records`
  if (phase === 'committed') return 'Nothing would be repeated or lost: the batch is committed.'
  if (guarantee === 'at-most-once') {
    return phase === 'fetched'
      ? `Nothing would be lost: the offsets are not committed yet, and the next start reads ${these} again.`
      : `What the handler has not done yet for ${these} would be lost: their offsets are committed already.`
  }
  if (phase === 'fetched') return `Nothing would be repeated or lost: the next start reads ${these} again.`
  switch (guarantee) {
    case 'at-least-once':
      return `Nothing would be lost, but ${these} would run again: what the handler has written so far would be written twice.`
    case 'idempotent exactly-once':
      return `The same frozen batch would run again under the same keys: what is written already is written over, not added.`
    case 'transactional exactly-once':
      return `The open transaction would be rolled back with its results and offsets: ${these} would run again as if never seen.`
    case 'transactional exactly-once in Kafka':
      return `The broker would abort the open transaction: no reader sees its records, and ${these} would run again.`
  }
}
