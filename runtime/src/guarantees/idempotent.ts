import type { OffsetStore } from '../stores/store.ts'
import type { Guarantee, IdempotentContext, WorkUnit } from './guarantee.ts'
import { openStore, storePositions } from './positions.ts'

/**
 * Each effect once, where the output knows a repeated key: an upsert, a file name, an idempotency header.
 *
 *   1. the batch's id and ranges are written to the store: frozen, by a compare-and-set that only one batch from there can pass
 *   2. the handler runs; keys come from `idempotencyKey(record)` or `batchId`
 *   3. `untilOffset` of every range is committed
 * A crash after 1 reruns exactly the frozen ranges under the same id, so that every key is the same again. Where the partitions of a
 * frozen batch have gone to several instances, each of them reruns all of it; the first commit moves all positions, the others are fenced.
 *
 * @see Spark Structured Streaming, `foreachBatch`: there too the batch id names a fixed range of offsets.
 */
export function idempotent(store: OffsetStore<unknown>): Guarantee<IdempotentContext> {
  const name = 'idempotent exactly-once'
  return {
    name,
    storeName: store.name,
    forgetGroups: store.forgetGroups,
    async open(environment) {
      const open = await openStore(store, environment)
      const positions = storePositions(open, name, environment)
      return {
        ...positions,
        mayRetry: true,
        failureEffect: 'Nothing was committed: the batch runs again under the same id at the next start.',
        rehearsal: { rollsBack: 'nobody', run: (unit, handle) => handle(contextOf(unit)) },
        async run(unit, steps) {
          await open.writePlan({ batchId: unit.batchId, ranges: unit.ranges })
          await steps.handle(contextOf(unit))
          await steps.saved()
          await positions.commit(unit)
        },
      }
    },
  }
}

function contextOf({ batchId }: Pick<WorkUnit, 'batchId'>): IdempotentContext {
  return { batchId, idempotencyKey: ({ topic, partition, offset }) => `${topic}/${partition}/${offset}` }
}
