import type { Facts, OffsetLookup, Operation, Place } from '../facts/model.ts'
import { defineRule } from './rule.ts'

/** A partition's offset range looked up by index after a shuffle has dealt the records out anew. */
export const offsetAfterShuffle = defineRule({
  meta: {
    id: 'offset-after-shuffle',
    severity: 'error',
    title: 'Offset range looked up by partition after a shuffle',
    why: [
      'orders/0 18,201..18,251 and orders/1 17,990..18,040 are read',
      'reduceByKey moves records: partition 0 now holds sums of both',
      'partition 0 saves its sums together with the offsets of orders/0',
      'crash',
      'orders/1 is read again, and its share of those sums is counted twice',
    ],
    misses: ['datasets kept in an array or a map on their way to the lookup'],
    whenNotToUse: 'Never: where the ranges of the whole batch are meant, the lookup by index is not needed.',
  },

  *detect(facts): Generator<ShuffledLookup> {
    for (const lookup of lookups(facts)) {
      const shuffle = lookup.lineage.findLast(operation => operation.isWide)
      if (shuffle) yield { at: lookup.at, lookup, shuffle }
    }
  },

  explain: ({ shuffle, lookup }) => ({
    message: `'${shuffle.name}' shuffles, so partition '${lookup.indexText}' no longer matches a Kafka partition, and its offsets belong to other records. Save all ranges of the batch with its results instead.`,
    related: [
      { at: shuffle.at, message: 'shuffled here' },
      ...lookup.calls.map(at => ({ at, message: 'looked up in here' })),
    ],
  }),

  fix: ({ lookup }) => lookup.fixes,
})

interface ShuffledLookup {
  readonly at: Place
  readonly lookup: OffsetLookup
  readonly shuffle: Operation
}

function* lookups(facts: Facts): Generator<OffsetLookup> {
  for (const pipeline of facts.pipelines) for (const handler of pipeline.handlers) yield* handler.offsetLookups
}
