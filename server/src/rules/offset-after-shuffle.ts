import type { GroupPosition, OffsetLookup, Operation, Place, Regrouping } from '../facts/model.ts'
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
      'kafkajs: groups kept in a class or filled by assignment (`groups[key] = [...]`), and a highest offset found in a loop',
      'kafkajs: records sorted by their timestamps, which mostly follow the log',
      'kafkajs: groups of records that `eachMessage` collects, which `commit-before-output` and `unawaited-output` tell of',
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

const dealt: Readonly<Record<Regrouping['how'], string>> = {
  grouped: 'regrouped here',
  sorted: 'sorted here',
  picked: 'picked here',
}

function explainGroup({ commit, group, isCertain }: GroupCommit): Explanation {
  const { regrouping } = group
  return {
    message: `${reasonOf(group)} Commit once, with the last offset of the batch, after all ${regrouping.how === 'grouped' ? 'groups' : 'records'} are done.`,
    related: [
      { at: regrouping.at, message: dealt[regrouping.how] },
      ...commit.calls.map(at => ({ at, message: 'committed in here' })),
    ],
    ...(isCertain ? {} : { severity: 'warning' as const, confidence: 'likely' as const }),
  }
}

function reasonOf({ regrouping, source, what }: GroupPosition): string {
  const { how, key } = regrouping
  if (what === 'partition')
    return `'${source}' numbers a group, not a Kafka partition: the records were regrouped by '${key}', so the offset is committed for other records.`
  if (how === 'grouped')
    return `'${source}' belongs to one group, regrouped by '${key}': records of other groups with lower offsets may not be done yet, and after a crash they are skipped.`
  const order = how === 'sorted' ? `sorted by '${key}', not as in the log` : `picked by '${key}'`
  return `'${source}' belongs to records ${order}: others with lower offsets may not be done yet, and after a crash they are skipped.`
}
