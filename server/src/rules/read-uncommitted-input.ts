import type { Option, Pipeline, Place } from '../facts/model.ts'
import { defineRule } from './rule.ts'
import { ofKind } from './shared/handlers.ts'
import { setTo } from './shared/options.ts'

/** Exactly once out of records that may never have been committed. */
export const readUncommittedInput = defineRule({
  meta: {
    id: 'read-uncommitted-input',
    severity: 'error',
    title: 'Exactly once from uncommitted input',
    why: [
      'an upstream pipeline sends order 18,201 in a transaction',
      'this pipeline reads it before that transaction ends, and commits its own result',
      'the upstream transaction aborts',
      'the result of an order that never was stays',
    ],
    misses: ['isolation levels that are read from configuration at run time'],
    whenNotToUse: 'Where no producer of the input uses transactions. Reading committed costs nothing then.',
  },

  *detect(facts): Generator<{ at: Place; isolation: Option<string>; claim: Place }> {
    for (const pipeline of facts.pipelines) {
      const { isolation } = pipeline.options
      const claim = claimOf(pipeline)
      if (claim && isolation?.value === 'read_uncommitted') yield { at: isolation.at, isolation, claim }
    }
  },

  explain: ({ claim }) => ({
    message:
      'Exactly once is claimed, and records of open or aborted transactions are read all the same. Read committed records only.',
    related: [{ at: claim, message: 'claimed here' }],
  }),

  fix: ({ isolation }) => [{ title: 'Read committed records only', isSafe: true, edits: [setTo(isolation, 'false')] }],
})

function claimOf(pipeline: Pipeline): Place | undefined {
  if (pipeline.declared?.guarantee === 'exactly-once') return pipeline.declared.at
  for (const handler of pipeline.handlers)
    for (const commit of ofKind(handler.flow, 'commit')) if (commit.commit === 'send-offsets') return commit.at
  return undefined
}
