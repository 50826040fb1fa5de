import type { Option, Pipeline, Place } from '../facts/model.ts'
import { defineRule } from './rule.ts'
import { setTo } from './shared/options.ts'

/** Where a group without a stored offset starts, and what it does when its offset is gone. */
export const dataLossResetPolicy = defineRule({
  meta: {
    id: 'data-loss-reset-policy',
    severity: 'warning',
    severityInTests: 'hint',
    title: 'Records are skipped when no offset is stored',
    why: [
      'the pipeline is down longer than the topic keeps records, or its group is new',
      'its stored offset is gone, so the client starts at the end of the topic',
      'all records before that are skipped, and nothing says so',
    ],
    misses: ['policies that are read from configuration at run time', 'the default of a client that says nothing'],
    whenNotToUse:
      'Where only what happens from now on matters, such as live views. In test files it is a hint only: a test reads what it has just written.',
  },

  *detect(facts): Generator<{ at: Place; option: Option<unknown>; pipeline: Pipeline }> {
    for (const pipeline of facts.pipelines) {
      const { fromBeginning, resetPolicy } = pipeline.options
      if (fromBeginning?.value === false) yield { at: fromBeginning.at, option: fromBeginning, pipeline }
      if (resetPolicy?.value !== undefined && /^(?:latest|largest|end)$/.test(resetPolicy.value))
        yield { at: resetPolicy.at, option: resetPolicy, pipeline }
    }
  },

  explain: ({ option }) => ({
    message: `${option.value === false ? "'fromBeginning: false'" : `'${String(option.value)}'`} starts at the end of the topic whenever no offset is stored: for a new group, and again after its offsets have expired. Records until then are skipped. Start at the beginning, or store the start explicitly.`,
    confidence: 'likely',
  }),

  fix: ({ option }) => [
    {
      title: 'Start at the beginning',
      isSafe: false,
      edits: [setTo(option, option.value === false ? 'true' : "'earliest'")],
    },
  ],
})
