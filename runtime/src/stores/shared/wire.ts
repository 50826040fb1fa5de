/** Ranges, plans and proof records as JSON text. Offsets are decimal strings: JSON has no 64-bit integer. */
import type { OffsetRange } from '../../semantics/ranges.ts'
import type { BatchPlan, ProofRecord } from '../store.ts'

interface RangeJson {
  readonly topic: string
  readonly partition: number
  readonly fromOffset: string
  readonly untilOffset: string
}

export function planToJson(plan: BatchPlan): string {
  return JSON.stringify({ batchId: plan.batchId, ranges: plan.ranges.map(rangeToWire) })
}

export function planFromJson(text: string): BatchPlan {
  const plan = JSON.parse(text) as { batchId: string; ranges: RangeJson[] }
  return { batchId: plan.batchId, ranges: plan.ranges.map(rangeFromWire) }
}

export function proofToJson(proof: ProofRecord): string {
  return JSON.stringify({ ...proof, ranges: proof.ranges.map(rangeToWire) })
}

export function proofFromJson(text: string): ProofRecord {
  const proof = JSON.parse(text) as Omit<ProofRecord, 'ranges'> & { ranges: RangeJson[] }
  return { ...proof, ranges: proof.ranges.map(rangeFromWire) }
}

function rangeToWire(range: OffsetRange): RangeJson {
  return {
    topic: range.topic,
    partition: range.partition,
    fromOffset: String(range.fromOffset),
    untilOffset: String(range.untilOffset),
  }
}

function rangeFromWire(range: RangeJson): OffsetRange {
  return {
    topic: range.topic,
    partition: range.partition,
    fromOffset: BigInt(range.fromOffset),
    untilOffset: BigInt(range.untilOffset),
  }
}
