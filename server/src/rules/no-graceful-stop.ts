import { defineRule } from './rule.ts'

/** A consumer that is only ever killed. */
export const noGracefulStop = defineRule({
  meta: {
    id: 'no-graceful-stop',
    severity: 'hint',
    title: 'Nothing stops this consumer gracefully',
    why: [
      'a deployment sends SIGTERM, and the process ends at once',
      'what was processed since the last commit is processed again',
      'the group waits for the session timeout before another member takes over',
    ],
    misses: ['stops in another file'],
    whenNotToUse: 'In scripts that are ended by hand.',
  },

  *detect(facts) {
    for (const pipeline of facts.pipelines) if (pipeline.stopsGracefully === false) yield { at: pipeline.at }
  },

  explain: () => ({
    message:
      'Nothing here disconnects this consumer, so each deployment repeats records and lets the group wait for the session timeout. Disconnect it on SIGTERM and SIGINT.',
  }),
})
