import type { FreshValue, Output } from '../facts/model.ts'
import { defineRule } from './rule.ts'
import { handlers, ofKind } from './shared/handlers.ts'

/** An id made anew on every run hides the double from whoever looks for it. */
export const nondeterministicKey = defineRule({
  meta: {
    id: 'nondeterministic-key',
    severity: 'warning',
    title: 'Key differs on every delivery',
    why: [
      'order 18,201 is read, and its payment is saved under a new random id',
      'crash, before the offset is committed',
      'order 18,201 is read again, and its payment is saved under another new id',
      'no unique key can tell that both are the same payment',
    ],
    misses: ['ids made by the database'],
    whenNotToUse: 'Where something else in the output identifies the event, and is unique.',
  },

  *detect(facts): Generator<{ at: FreshValue['at']; fresh: FreshValue; output: Output }> {
    for (const { handler } of handlers(facts))
      for (const output of ofKind(handler.flow, 'output'))
        for (const fresh of output.freshKeys) yield { at: fresh.at, fresh, output }
  },

  explain: ({ fresh, output }) => ({
    message: `${fresh.isDefault ? `Where the record gives none, '${fresh.source}'` : `'${fresh.source}'`} gives another value each time, and becomes '${fresh.into}' of '${output.name}', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.`,
    related: [{ at: output.at, message: 'used here' }],
    confidence: fresh.isDefault ? 'likely' : 'certain',
  }),

  fix: ({ fresh }) => fresh.fixes,
})
