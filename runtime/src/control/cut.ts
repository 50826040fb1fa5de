/** Cuts a unit that has not begun into parts that run, and commit, one after the other. */
import type { Taken } from '../processing/owned.ts'
import type { Unit } from '../processing/unit.ts'
import type { FoundRecord } from './runTo.ts'

/** Sets the unit's parts. False: it is frozen under its id, or there is nothing to cut. */
export function cutUnit(unit: Unit, before: FoundRecord | 'eachPartition'): boolean {
  if (unit.isFrozen) return false
  const taken = unit.owned.flatMap((owned, index) => {
    const slice = unit.slices[index]
    return slice ? [{ owned, slice }] : []
  })
  const parts = before === 'eachPartition' ? perPartition(taken) : beforeRecord(taken, before)
  if (parts.length < 2) return false
  unit.parts = parts
  return true
}

/** A range of markers and gaps only goes along with the part before it. */
function perPartition(taken: readonly Taken[]): Taken[][] {
  const parts: Taken[][] = []
  for (const each of taken) {
    const last = parts.at(-1)
    if (last && (each.slice.records.length === 0 || last.every(({ slice }) => slice.records.length === 0)))
      last.push(each)
    else parts.push([each])
  }
  return parts
}

function beforeRecord(taken: readonly Taken[], { slice: index, at, record }: FoundRecord): Taken[][] {
  const head = taken.slice(0, index)
  const cut = taken[index]
  if (!cut) return []
  const { owned, slice } = cut
  const { range, records } = slice
  if (at === 0) return [head, taken.slice(index)].filter(part => part.length > 0)
  const first = { range: { ...range, untilOffset: record.offset }, records: records.slice(0, at) }
  const second = { range: { ...range, fromOffset: record.offset }, records: records.slice(at) }
  return [
    [...head, { owned, slice: first }],
    [{ owned, slice: second }, ...taken.slice(index + 1)],
  ]
}
