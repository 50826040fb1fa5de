import type { CommittedPosition } from '../facts/model.ts'
import { defineRule } from './rule.ts'
import { handlers, ofKind } from './shared/handlers.ts'

/** The committed offset is that of the next record; a record's own, or `'41' + 1`, is another one. */
export const commitOffsetNotPlusOne = defineRule({
  meta: {
    id: 'commit-offset-not-plus-one',
    severity: 'error',
    title: 'Committed offset is not the next one',
    why: [
      'order 41 is read and processed',
      'offset 41 is committed; a commit names the next record to read',
      'restart or rebalance',
      'order 41 is read again',
    ],
    misses: ['offsets that are kept in a map or a class of their own before they are committed'],
    whenNotToUse: 'Never: `resolveOffset` and `commitMessage`, which add one themselves, are not reported.',
  },

  *detect(facts): Generator<{ at: CommittedPosition['at']; name: string; offset: CommittedPosition }> {
    for (const { handler } of handlers(facts))
      for (const commit of ofKind(handler.flow, 'commit')) {
        const { offset } = commit
        if (offset.form === 'as-is' || offset.form === 'text-plus-one')
          yield { at: offset.at, name: commit.name, offset }
      }
  },

  explain: ({ name, offset }) => ({
    message:
      offset.form === 'as-is'
        ? `'${offset.source}' is the offset of the record just read; '${name}' expects that of the next one, so this record is delivered again after every restart. Commit the offset plus one.`
        : `Offsets are strings here, so '${offset.source}' appends: '41' becomes '411', and the records between are skipped. Add to a BigInt: (BigInt(offset) + 1n).toString().`,
  }),

  fix: ({ offset }) => offset.fixes,
})
