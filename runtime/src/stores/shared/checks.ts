/** What every store asks of a commit before it touches anything. Only a defect of ours gets here: the processor makes the ranges. */
import { bug } from '../../errors.ts'
import { type OffsetRange, partitionName, rangeName } from '../../semantics/ranges.ts'
import type { StoredOffset } from '../store.ts'

/** Kafka's offsets are signed 64-bit integers; the negative ones mean something else. */
const offsetMax = 2n ** 63n - 1n

export function checkRanges(ranges: readonly OffsetRange[]): void {
  if (ranges.length === 0) bug('a commit without a range: nothing would keep a zombie from repeating it')
  for (const range of ranges) {
    const { fromOffset, untilOffset } = range
    if (fromOffset < 0n || fromOffset > untilOffset || untilOffset > offsetMax)
      bug(`no log has a range ${rangeName(range)}`)
  }
}

export function checkOffset(stored: StoredOffset): void {
  if (stored.offset < 0n || stored.offset > offsetMax) bug(`${partitionName(stored)} cannot stand at ${stored.offset}`)
}
