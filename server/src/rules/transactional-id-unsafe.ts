import type { Place, TransactionalProducer } from '../facts/model.ts'
import { defineRule } from './rule.ts'

/** A transactional id that differs on every start fences nobody; one request too many in flight breaks the order. */
export const transactionalIdUnsafe = defineRule({
  meta: {
    id: 'transactional-id-unsafe',
    severity: 'warning',
    title: 'Transactional producer that does not fence',
    why: [
      'instance A begins a transaction under a random id and is frozen',
      'its session ends; instance B takes the partition over, under another random id',
      'the broker sees two producers and fences neither',
      'A wakes up and commits its transaction: its results are there twice',
    ],
    misses: ['producers that go on after an error that leaves the outcome open'],
    unfixed: [
      'an id that differs on every start: a fixed id would let several instances fence each other. Which part tells instances apart (the partition, the index of a stateful set) is not in the code',
    ],
    whenNotToUse: 'Where only one instance can ever run, and a restart waits for the transaction timeout.',
  },

  *detect(facts): Generator<{ at: Place; producer: TransactionalProducer; why: 'fresh' | 'in-flight' }> {
    for (const producer of facts.transactionalProducers) {
      if (producer.fresh) yield { at: producer.transactionalId.at, producer, why: 'fresh' }
      const { maxInFlight } = producer
      if (maxInFlight?.value !== undefined && maxInFlight.value > 1)
        yield { at: maxInFlight.at, producer, why: 'in-flight' }
    }
  },

  explain: ({ producer, why }) =>
    why === 'fresh'
      ? {
          message: `'${producer.fresh?.source}' makes another transactional id on every start, so the broker cannot fence the instance before. Derive it from group, topic and partition.`,
          related: producer.fresh ? [{ at: producer.fresh.at, message: 'differs on every start' }] : [],
        }
      : {
          message: `${producer.maxInFlight?.value} requests in flight: after an error the client may send them in another order under the same sequence numbers. Set maxInFlightRequests: 1.`,
        },

  fix: ({ at, why }) =>
    why === 'in-flight' ? [{ title: 'Allow one request in flight', isSafe: true, edits: [{ at, newText: '1' }] }] : [],
})
