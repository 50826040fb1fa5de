import type { OffsetStore } from '../stores/store.ts'
import type { Guarantee } from './guarantee.ts'
import { openPositions } from './positions.ts'

/**
 * Nothing is lost; after a crash records may be processed again.
 *
 *   1. the handler runs, and every output is awaited
 *   2. `untilOffset` of every range is committed
 * A crash between 1 and 2 repeats the batch. On revoke what is running is drained within the deadline and committed; past it, it is not.
 *
 * @param options.store - keeps offsets there instead of in the Kafka group.
 */
export function atLeastOnce(options: { readonly store?: OffsetStore<unknown> } = {}): Guarantee<Record<never, never>> {
  const name = 'at-least-once'
  return {
    name,
    storeName: options.store?.name ?? 'Kafka group',
    forgetGroups: options.store?.forgetGroups,
    async open(environment) {
      const positions = await openPositions(options.store, name, environment)
      return {
        ...positions,
        mayRetry: true,
        failureEffect: 'Nothing was committed: the batch runs again at the next start.',
        rehearsal: { rollsBack: 'nobody', run: (_unit, handle) => handle({}) },
        async run(unit, steps) {
          await steps.handle({})
          await steps.saved()
          await positions.commit(unit)
        },
      }
    },
  }
}
