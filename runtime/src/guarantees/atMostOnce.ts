import type { OffsetStore } from '../stores/store.ts'
import type { Guarantee } from './guarantee.ts'
import { openPositions } from './positions.ts'

/**
 * Nothing is processed twice; after a crash the batch in flight is lost.
 *
 *   1. `untilOffset` of every range is committed, and the acknowledgement awaited
 *   2. the handler runs
 * A commit that was fenced, or whose answer was lost, drops the batch: it may belong to another owner already. A handler that fails is
 * never run again.
 *
 * @param options.store - keeps offsets there instead of in the Kafka group.
 */
export function atMostOnce(options: { readonly store?: OffsetStore<unknown> } = {}): Guarantee<Record<never, never>> {
  const name = 'at-most-once'
  return {
    name,
    storeName: options.store?.name ?? 'Kafka group',
    forgetGroups: options.store?.forgetGroups,
    async open(environment) {
      const positions = await openPositions(options.store, name, environment)
      return {
        ...positions,
        mayRetry: false,
        failureEffect: 'Its offsets were committed before it ran: it will not run again.',
        rehearsal: { rollsBack: 'nobody', run: (_unit, handle) => handle({}) },
        async run(unit, steps) {
          await positions.commit(unit)
          await steps.handle({})
          await steps.saved()
        },
      }
    },
  }
}
