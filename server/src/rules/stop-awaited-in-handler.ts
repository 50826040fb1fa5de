import type { Flow, Signal } from '../facts/model.ts'
import { defineRule } from './rule.ts'
import { handlers } from './shared/handlers.ts'

/** The consumer waits for the handler, and the handler for the consumer. */
export const stopAwaitedInHandler = defineRule({
  meta: {
    id: 'stop-awaited-in-handler',
    severity: 'error',
    title: 'Handler waits for its own consumer to stop',
    why: [
      'the handler awaits consumer.disconnect()',
      'the consumer first waits for running handlers, this one among them',
      'neither ever ends; the offset is not committed',
      'the session times out, and the record is delivered again elsewhere',
    ],
    misses: ['stops through functions that cannot be followed'],
    whenNotToUse: 'Never.',
  },

  *detect(facts): Generator<{ at: Signal['at']; stop: Signal }> {
    for (const { pipeline, handler } of handlers(facts)) {
      if (!handler.isAwaited) continue
      for (const stop of stopsIn(handler.flow))
        if (stop.isWaitedFor && pipeline.library !== 'node-rdkafka') yield { at: stop.at, stop }
    }
  },

  explain: ({ stop }) => ({
    message: `'${stop.name}' waits for the running handlers, so awaiting it inside one never ends. Stop from outside the handler: setImmediate(() => …), or a flag that the caller looks at.`,
    related: stop.calls.map(at => ({ at, message: 'called from here' })),
  }),

  fix: ({ stop }) => stop.fixes,
})

/** What a timer or a dropped promise runs does not keep the handler waiting. */
function* stopsIn(flow: Flow): Generator<Signal> {
  if (flow.kind === 'signal' && flow.signal === 'stop') yield flow
  const parts =
    flow.kind === 'sequence'
      ? flow.steps
      : flow.kind === 'branch' || flow.kind === 'parallel'
        ? flow.arms
        : flow.kind === 'loop' || flow.kind === 'helper'
          ? [flow.body]
          : flow.kind === 'try'
            ? [flow.block, ...(flow.handler ? [flow.handler] : []), ...(flow.cleanup ? [flow.cleanup] : [])]
            : []
  for (const part of parts) yield* stopsIn(part)
}
