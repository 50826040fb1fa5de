import type { FixSketch, Place } from '../facts/model.ts'
import { defineRule } from './rule.ts'

/** A consumer that is only ever killed. */
export const noGracefulStop = defineRule({
  meta: {
    id: 'no-graceful-stop',
    severity: 'hint',
    severityInTests: 'off',
    title: 'Nothing stops this consumer gracefully',
    why: [
      'a deployment sends SIGTERM, and the process ends at once',
      'what was processed since the last commit is processed again',
      'the group waits for the session timeout before another member takes over',
    ],
    misses: ['stops in another file'],
    unfixed: [
      'several consumers in one file: the first that has stopped would end the process under the others',
      'a consumer that is made in a call, kept in a field or set later: its name cannot be used at the place of the handler',
      '`tidemark-lint --fix` leaves it out, since other parts of the program may end the process in their own way',
    ],
    whenNotToUse: 'In scripts that are ended by hand.',
  },

  *detect(facts): Generator<{ at: Place; fixes: readonly FixSketch[] }> {
    const killed = facts.pipelines.filter(pipeline => pipeline.stopsGracefully === false)
    for (const { at, stopFixes = [] } of killed) yield { at, fixes: killed.length === 1 ? stopFixes : [] }
  },

  explain: () => ({
    message:
      'Nothing here disconnects this consumer, so each deployment repeats records and lets the group wait for the session timeout. Disconnect it on SIGTERM and SIGINT.',
  }),

  fix: ({ fixes }) => fixes,
})
