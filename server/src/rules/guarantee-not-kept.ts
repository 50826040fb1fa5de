import type { DeclaredGuarantee, Inferred, Pipeline } from '../facts/model.ts'
import { defineRule } from './rule.ts'

/** The guarantee that is declared is not the one that is kept. */
export const guaranteeNotKept = defineRule({
  meta: {
    id: 'guarantee-not-kept',
    severity: 'warning',
    title: 'Declared guarantee is not kept',
    why: [
      'the pipeline is declared exactly once',
      'one of its outputs goes outside the transaction that holds the offsets',
      'crash between the two',
      'the output is there twice, or not at all',
    ],
    misses: ['guarantees that are only described in prose'],
    unfixed: [
      'a pipeline that keeps nothing (broken): there is no guarantee to declare',
      "a handler that uses what the guarantee gives it (`tx`, `key`): without it the handler does not compile. The outputs' own fixes apply",
      '`tidemark-lint --fix` leaves it out: it may be the code that is to change, and not what is declared',
    ],
    whenNotToUse: 'Never: declare the guarantee that is meant.',
  },

  *detect(facts): Generator<{ at: DeclaredGuarantee['at']; declared: DeclaredGuarantee; inferred: Inferred }> {
    for (const pipeline of facts.pipelines) {
      const { declared, inferred } = pipeline
      if (declared && isLess(pipeline)) yield { at: declared.at, declared, inferred }
    }
  },

  explain: ({ declared, inferred }) => ({
    message: `Declared ${declared.guarantee}, but what the code keeps is ${inferred.guarantee}. Mend what the evidence shows, or declare what is meant.`,
    confidence: 'likely',
    related: inferred.evidence.map(({ at, message }) => ({ at, message })),
  }),

  fix: ({ declared, inferred }) => {
    const other = declared.alternatives?.[inferred.guarantee]
    return other ? [other] : []
  },
})

const rank = {
  broken: 0,
  unknown: 9,
  'at-most-once': 1,
  'at-least-once': 2,
  'effectively-once': 3,
  'exactly-once': 4,
} as const

function isLess({ declared, inferred }: Pipeline): boolean {
  if (!declared || declared.guarantee === 'unknown' || inferred.guarantee === 'unknown') return false
  return rank[inferred.guarantee] < rank[declared.guarantee]
}
