import { bug, TidemarkError } from '../errors.ts'
import type { OffsetStore } from '../stores/store.ts'
import { type Guarantee, proofOf, type TransactionalContext } from './guarantee.ts'
import { type KafkaTransaction, type KafkaTransactions, openKafkaTransactions } from './kafka.ts'
import { openStore, storePositions } from './positions.ts'

/** The error the compiler shows for a store that cannot hold results and offsets in one transaction. */
export interface StoreHasNoTransactions {
  readonly 'this store cannot save results and offsets in one transaction: use sqlite, postgres, or idempotent(store)': never
}

/**
 * Results and offsets in one transaction: both stand, or neither does.
 *
 *   1. on assignment the stored offsets are read; a missing row is inserted with the explicit start
 *   2. begin; the handler writes through `tx`
 *   3. each range is moved from `fromOffset` to `untilOffset` by a compare-and-set; one that is not where it was read rolls everything back
 *   4. commit
 * A zombie fails in 3. A lost answer to 4 is settled by reading the offsets back.
 *
 * `foreachBatch` is one transaction a batch, `foreachPartition` one a partition.
 *
 * @param store - `sqlite(path)`, `postgres(pool)`, or `kafka()` for consume-transform-produce.
 */
export function transactional(store: KafkaTransactions): Guarantee<TransactionalContext<KafkaTransaction>>
export function transactional<Tx>(
  store: OffsetStore<Tx> & ([Tx] extends [never] ? StoreHasNoTransactions : unknown),
): Guarantee<TransactionalContext<Tx>>
export function transactional<Tx>(
  store: OffsetStore<Tx> | KafkaTransactions,
): Guarantee<TransactionalContext<Tx>> | Guarantee<TransactionalContext<KafkaTransaction>> {
  return 'transactionTimeoutMs' in store ? openKafkaTransactions(store) : inOneTransaction(store)
}

function inOneTransaction<Tx>(store: OffsetStore<Tx>): Guarantee<TransactionalContext<Tx>> {
  const name = 'transactional exactly-once'
  return {
    name,
    storeName: store.name,
    forgetGroups: store.forgetGroups,
    async open(environment) {
      if (!store.isTransactional) {
        throw new TidemarkError('GUARANTEE_UNSUPPORTED', {
          guarantee: name,
          by: store.name,
          why: 'it cannot hold results and offsets in one transaction',
          wayOut: 'Use idempotent(store), or a store that can: sqlite, postgres.',
        })
      }
      const open = await openStore(store, environment)
      return {
        ...storePositions(open, name, environment),
        mayRetry: true,
        failureEffect: 'It was rolled back: neither results nor offsets were written.',
        rehearsal: open.rehearse && {
          rollsBack: 'the store',
          run: (_unit, handle) =>
            open.rehearse?.({ save: tx => handle({ tx }) }) ?? bug(`${store.name} cannot rehearse`),
        },
        async run(unit, steps) {
          let isSaved = false
          await open.commit({
            ranges: unit.ranges,
            proof: proofOf(unit, name, environment),
            async save(tx) {
              await steps.handle({ tx })
              await steps.saved()
              isSaved = true
            },
          })
          // Invariant: offsets never move without the handler's results.
          if (!isSaved) bug(`${store.name} committed ${unit.batchId} without running its save`)
        },
      }
    },
  }
}
