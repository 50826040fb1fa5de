import type { OffsetLookup, Operation, Place } from '../facts/model.ts'
import { defineRule, type Explanation } from './rule.ts'
import { type GroupCommit, groupCommits } from './shared/groupCommits.ts'
import { handlers, keyOf } from './shared/handlers.ts'

/** An offset taken for a partition, or for the whole log, after records have been dealt out anew. */
export const offsetAfterShuffle = defineRule({
  meta: {
    id: 'offset-after-shuffle',
    severity: 'error',
    title: 'Offsets looked up by partition or group after a shuffle',
    why: [
      'orders/0 18,201..18,251 and orders/1 17,990..18,040 are read',
      'reduceByKey moves records: partition 0 now holds sums of both',
      'partition 0 saves its sums together with the offsets of orders/0',
      'crash',
      'orders/1 is read again, and its share of those sums is counted twice',
      'with groups of a batch, the group that ends at 18,250 commits first: after a crash 18,201 of another group is skipped',
    ],
    misses: [
      'datasets kept in an array or a map on their way to the lookup',
      'kafkajs: groups made with `reduce` or kept in a class',
      'kafkajs: groups of records that `eachMessage` collects',
    ],
    unfixed: [
      'groups that are done at the same time (`Promise.all`), in a helper, or in a loop that may be left early: the place where all are done cannot be told',
    ],
    whenNotToUse:
      'Never: where the ranges of the whole batch are meant, the lookup by index or by group is not needed.',
  },

  *detect(facts): Generator<Shuffled> {
    for (const { pipeline, handler } of handlers(facts)) {
      for (const lookup of handler.offsetLookups) {
        const shuffle = lookup.lineage.findLast(operation => operation.isWide)
        if (shuffle) yield { at: lookup.at, lookup, shuffle }
      }
      const seen = new Set<string>()
      for (const found of groupCommits(pipeline, handler)) {
        const { at } = found.group
        if (!seen.has(keyOf(at))) yield { at, ...found }
        seen.add(keyOf(at))
      }
    }
  },

  explain: match => ('group' in match ? explainGroup(match) : explainLookup(match)),

  fix: match => ('group' in match ? match.group.fixes : match.lookup.fixes),
})

type Shuffled = ShuffledLookup | ({ readonly at: Place } & GroupCommit)

interface ShuffledLookup {
  readonly at: Place
  readonly lookup: OffsetLookup
  readonly shuffle: Operation
}

function explainLookup({ shuffle, lookup }: ShuffledLookup): Explanation {
  return {
    message: `'${shuffle.name}' shuffles, so partition '${lookup.indexText}' no longer matches a Kafka partition, and its offsets belong to other records. Save all ranges of the batch with its results instead.`,
    related: [
      { at: shuffle.at, message: 'shuffled here' },
      ...lookup.calls.map(at => ({ at, message: 'looked up in here' })),
    ],
  }
}

function explainGroup({ commit, group, isCertain }: GroupCommit): Explanation {
  const { regrouping, source } = group
  const why =
    group.what === 'partition'
      ? `'${source}' numbers a group, not a Kafka partition: the records were regrouped by '${regrouping.key}', so the offset is committed for other records.`
      : `'${source}' belongs to one group, regrouped by '${regrouping.key}': records of other groups with lower offsets may not be done yet, and after a crash they are skipped.`
  return {
    message: `${why} Commit once, with the last offset of the batch, after all groups are done.`,
    related: [
      { at: regrouping.at, message: 'regrouped here' },
      ...commit.calls.map(at => ({ at, message: 'committed in here' })),
    ],
    ...(isCertain ? {} : { severity: 'warning' as const, confidence: 'likely' as const }),
  }
}
