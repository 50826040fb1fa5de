import type { Flow, Place } from '../facts/model.ts'
import { defineRule, type Explanation } from './rule.ts'
import { handlers, ofKind } from './shared/handlers.ts'

/** A Kafka transaction around outputs that leaves the consumed offsets out, or stays open when something fails. */
export const missingTransactionOffsets = defineRule({
  meta: {
    id: 'missing-transaction-offsets',
    severity: 'error',
    title: 'Transaction without the consumed offsets',
    why: [
      'order 18,201 is read',
      'its result is sent in a transaction, and the transaction commits',
      'crash, before the consumer commits offset 18,202 on its own',
      'order 18,201 is read again',
      'its result is sent a second time, in another transaction',
    ],
    misses: ['transactions that are begun and committed in functions that cannot be followed'],
    whenNotToUse:
      'Where the transaction only makes several outputs appear together, and doubles are handled downstream.',
  },

  *detect(facts): Generator<{ at: Place; missing: 'offsets' | 'abort' | 'scope' }> {
    for (const { handler } of handlers(facts)) {
      const begun = first(handler.flow, 'begin')
      const unbound = begun && first(handler.flow, 'abort-out-of-scope')
      if (unbound) {
        yield { at: unbound, missing: 'scope' }
        continue
      }
      if (!begun || !first(handler.flow, 'commit-transaction')) continue
      const sends = [...ofKind(handler.flow, 'commit')].some(commit => commit.commit === 'send-offsets')
      if (!sends) yield { at: begun, missing: 'offsets' }
      else if (!first(handler.flow, 'abort')) yield { at: begun, missing: 'abort' }
    }
  },

  explain: ({ missing }) => explanations[missing],
})

const explanations: Readonly<Record<'offsets' | 'abort' | 'scope', Explanation>> = {
  offsets: {
    message:
      'The transaction holds the results but not the consumed offsets, so a crash between its commit and that of the offsets doubles the results. Add transaction.sendOffsets({ consumerGroupId, topics }) before the commit.',
  },
  abort: {
    message:
      'Nothing aborts this transaction when a send fails, so it stays open until it times out, and readers of committed records wait for it. Abort it in a catch, and throw the error again.',
    severity: 'warning',
  },
  scope: {
    message:
      'The transaction is declared inside the try and does not exist here, so this throws a ReferenceError: the transaction stays open until it times out, and readers of committed records wait for it. Begin it before the try.',
  },
}

function first(flow: Flow, signal: 'begin' | 'commit-transaction' | 'abort' | 'abort-out-of-scope'): Place | undefined {
  for (const part of ofKind(flow, 'signal')) if (part.signal === signal) return part.at
  return undefined
}
