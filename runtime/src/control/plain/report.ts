/** What a stopped consumer can truthfully say about offsets. */
import type { EndedParams } from '../../protocol.ts'
import { least } from '../../semantics/bigints.ts'
import { type OffsetRange, partitionName } from '../../semantics/ranges.ts'
import { wireRange } from '../wireRecords.ts'
import type { PlainBatch } from './batch.ts'
import type { Positions } from './scratch.ts'

export class PlainReport {
  /** From the first batch of a partition to the end of its furthest one. */
  readonly #seen = new Map<string, OffsetRange>()

  begun(batch: PlainBatch): void {
    const name = partitionName(batch.range)
    const { fromOffset, ...range } = this.#seen.get(name) ?? batch.range
    const untilOffset =
      batch.untilRecord > range.untilOffset || !this.#seen.has(name) ? batch.untilRecord : range.untilOffset
    this.#seen.set(name, { ...range, fromOffset: least(fromOffset, batch.range.fromOffset), untilOffset })
  }

  ended(committed: Positions, isFromBeginning: (topic: string) => boolean): EndedParams {
    const done: OffsetRange[] = []
    const willBeRedone: OffsetRange[] = []
    const unknown: OffsetRange[] = []
    for (const [name, seen] of this.#seen) {
      const position = committed.get(name)
      if (position === undefined) {
        // Where the next start begins is decided by the log's end then, not by us.
        if (isFromBeginning(seen.topic)) willBeRedone.push(seen)
        else unknown.push(seen)
        continue
      }
      if (position > seen.fromOffset) done.push({ ...seen, untilOffset: position })
      if (position < seen.untilOffset)
        willBeRedone.push({ ...seen, fromOffset: position > seen.fromOffset ? position : seen.fromOffset })
    }
    return {
      committed: done.map(wireRange),
      willBeRedone: willBeRedone.map(wireRange),
      unknown: unknown.map(wireRange),
    }
  }
}
