import type { FixSketch, Flow, Pipeline, Place, Signal } from '../facts/model.ts'
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
    unfixed: [
      'offsets that are sent and not waited for: what else hangs on that promise is not known',
      'a group whose name is only known at run time, or a handler that is given no payload of kafkajs: which offsets to send cannot be told',
      'one transaction a record inside `eachBatch`, or a commit in another function: the place for the offsets cannot be told',
      'a transaction whose commit is not the end of its block: what follows may need what is declared in between',
      'the Confluent client, where the handler stands apart from the consumer: its `sendOffsets` asks for the consumer object',
    ],
    whenNotToUse:
      'Where the transaction only makes several outputs appear together, and doubles are handled downstream.',
  },

  *detect(facts): Generator<Missing> {
    for (const { pipeline, handler } of handlers(facts)) {
      const begun = first(handler.flow, 'begin')
      const unbound = begun && first(handler.flow, 'abort-out-of-scope')
      if (unbound) {
        yield { at: unbound.at, missing: 'scope', fixes: unbound.fixes }
        continue
      }
      if (!begun || !first(handler.flow, 'commit-transaction')) continue
      const fixes = begun.transactionFixes
      const sends = [...ofKind(handler.flow, 'commit')].filter(commit => commit.commit === 'send-offsets')
      const dropped = sends.find(commit => commit.isAwaited === false)
      if (dropped) yield { at: dropped.at, missing: 'wait', fixes: [] }
      else if (sends.length === 0)
        yield { at: begun.at, missing: missingIn(pipeline, begun), fixes: fixes?.offsets ?? [] }
      else if (!first(handler.flow, 'abort')) yield { at: begun.at, missing: 'abort', fixes: fixes?.abort ?? [] }
    }
  },

  explain: ({ missing }) => explanations[missing],

  fix: ({ fixes }) => fixes,
})

interface Missing {
  readonly at: Place
  readonly missing: keyof typeof explanations
  readonly fixes: readonly FixSketch[]
}

/** The Confluent client throws where it is given the group's name instead; librdkafka's own API tells the producer. */
function missingIn({ library }: Pipeline, begun: Signal): 'offsets' | 'offsetsByConsumer' | 'offsetsToProducer' {
  if (library === 'node-rdkafka' || /\bbeginTransaction/.test(begun.name)) return 'offsetsToProducer'
  return library === '@confluentinc/kafka-javascript' ? 'offsetsByConsumer' : 'offsets'
}

const offsets =
  'The transaction holds the results but not the consumed offsets, so a crash between its commit and that of the offsets doubles the results.'

const explanations = {
  offsets: { message: `${offsets} Add transaction.sendOffsets({ consumerGroupId, topics }) before the commit.` },
  offsetsByConsumer: { message: `${offsets} Add transaction.sendOffsets({ consumer, topics }) before the commit.` },
  offsetsToProducer: {
    message: `${offsets} Call producer.sendOffsetsToTransaction(offsets, consumer, …) before the commit.`,
  },
  abort: {
    message:
      'Nothing aborts this transaction when a send fails, so it stays open until it times out, and readers of committed records wait for it. Abort it in a catch, and throw the error again.',
    severity: 'warning',
  },
  wait: {
    message:
      'Nobody waits for the offsets to be sent, so the transaction may commit the results without them, and a crash then doubles the results. Await sendOffsets before the commit.',
  },
  scope: {
    message:
      'The transaction is declared inside the try and does not exist here, so this throws a ReferenceError: the transaction stays open until it times out, and readers of committed records wait for it. Begin it before the try.',
  },
} satisfies Record<string, Explanation>

function first(
  flow: Flow,
  signal: 'begin' | 'commit-transaction' | 'abort' | 'abort-out-of-scope',
): Signal | undefined {
  for (const part of ofKind(flow, 'signal')) if (part.signal === signal) return part
  return undefined
}
