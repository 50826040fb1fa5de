/**
 * What would happen if the process died now: sentences by id with the numbers that fill them. The English stands here, for terminals and
 * logs; an editor translates the sentence and fills in the same numbers. A leaf.
 */
import { fill } from './errorTemplate.ts'

const sentences = {
  committed: 'Nothing would be repeated or lost: the batch is committed.',
  committedAndDone: 'Nothing would be repeated or lost: the batch is committed, and the handler says that it is done.',
  readAgain: 'Nothing would be repeated or lost: the next start reads {again} again.',
  notCommittedYet: 'Nothing would be lost: the offsets are not committed yet, and the next start reads {again} again.',
  undoneLost: 'What the handler has not done yet for {undone} would be lost: their offsets are committed already.',
  sameKeys:
    'The same frozen batch would run again under the same keys: what is written already is written over, not added.',
  rolledBack:
    'The open transaction would be rolled back with its results and offsets: {again} would run again as if never seen.',
  aborted: 'The broker would abort the open transaction: no reader sees its records, and {again} would run again.',
  soFarTwice:
    'Nothing would be lost, but {again} would run again: what the handler has written so far would be written twice.',
  twice: 'Nothing would be lost, but {again} would run again: what the handler has written would be written twice.',
  uncommittedTwice:
    'Nothing would be lost, but {again} would run again (autoCommit is off, and nothing has committed them): what the handler has written would be written twice.',
  readAgainAndLost:
    'The next start reads {again} again; what the handler has not done yet for {undone} would be lost: their offsets are committed already.',
  soFarTwiceAndLost:
    'The next start would run {again} again: what the handler has written so far would be written twice; what it has not done yet for {undone} would be lost: their offsets are committed already.',
  twiceAndLost:
    'The next start would run {again} again: what the handler has written would be written twice; what it has not done yet for {undone} would be lost: their offsets are committed already.',
  endUnread:
    'No offset of {partition} is committed yet, and without fromBeginning the next start begins at the end of the log: {undone} would be lost.',
  endUndone:
    'No offset of {partition} is committed yet, and without fromBeginning the next start begins at the end of the log: what the handler has not done yet for {undone} would be lost.',
  endDone:
    'No offset of {partition} is committed yet, and without fromBeginning the next start begins at the end of the log: {again} would not run again, and the handler says that it is done.',
} as const

/** What stands for `{again}` and `{undone}`. */
const records = { one: 'this 1 record', many: 'these {count} records' } as const

export const ifItDiedSentences = { ...sentences, ...records }

export interface IfItDied {
  readonly sentence: keyof typeof sentences
  /** Records that would be read again, or would not. */
  readonly again?: number
  /** Records that the handler has not done, and nobody would. */
  readonly undone?: number
  /** As `topic/3`. */
  readonly partition?: string
}

/** Made once: a format made for each sentence costs a millisecond, at every phase. */
const counted = new Intl.NumberFormat('en')

/**
 * @param translate - puts a sentence of `ifItDiedSentences` into the reader's language
 * @param count - writes a number as the reader does
 * @example tellIfItDied({ sentence: 'readAgain', again: 1 }) // Nothing would be repeated or lost: the next start reads this 1 record again.
 */
export function tellIfItDied(
  { sentence, again, undone, partition = '' }: IfItDied,
  translate: (english: string) => string = english => english,
  count: (records: number) => string = number => counted.format(number),
): string {
  const these = (number = 0) =>
    number === 1 ? translate(records.one) : fill(translate(records.many), { count: count(number) })
  return fill(translate(sentences[sentence]), { again: these(again), undone: these(undone), partition })
}
