import type { GuaranteeName } from '../guarantees/guarantee.ts'
import type { Unit } from '../processing/unit.ts'
import { type BatchPhase, batchPhases, type WirePlace, type WireRange } from '../protocol.ts'
import type { Met } from './faultPlan.ts'
import type { Stepper } from './stepper.ts'
import { wireRange } from './wireRecords.ts'

/** What of a unit was begun, done and committed when a fault met it: the protocol of its guarantee, in this phase. */
export function metIn(
  unit: Unit,
  phase: BatchPhase,
  read: WirePlace | undefined,
  guarantee: GuaranteeName,
  stepper: Stepper<Unit> | undefined,
): Met {
  const ranges = unit.ranges.map(wireRange)
  const reached = batchPhases.indexOf(phase)
  const isCommitted =
    phase === 'committed' || (guarantee === 'at-most-once' && reached >= batchPhases.indexOf('processing'))
  const again = stepper?.logOf(unit)?.againOutside
  const isBegun = reached > batchPhases.indexOf('processing') || read !== undefined
  return {
    batch: stepper?.state(unit, phase) ?? { ...unstepped(unit), phase, ranges },
    begun: !isBegun ? [] : read ? untilRecord(ranges, read) : ranges,
    done: reached >= batchPhases.indexOf('saved') ? ranges : [],
    committed: ranges.map(({ topic, partition, fromOffset, untilOffset }) => ({
      topic,
      partition,
      offset: isCommitted ? untilOffset : fromOffset,
    })),
    ...(again === undefined ? {} : { again }),
  }
}

function unstepped({ batchId, sequence, attempt, records }: Unit) {
  return { batchId, sequence, attempt, recordCount: records, isStopped: false, phaseStartedAtMs: 0 }
}

/** Handlers read partition after partition, each in the order of its offsets: up to the record, and of none behind it. */
function untilRecord(ranges: readonly WireRange[], { topic, partition, offset }: WirePlace): WireRange[] {
  const at = ranges.findIndex(each => each.topic === topic && each.partition === partition)
  return ranges.flatMap((range, index) => {
    if (index > at) return []
    return index < at ? [range] : [{ ...range, untilOffset: `${BigInt(offset) + 1n}` }]
  })
}
