/** Offsets, ranges and proof records as JSON. Offsets are decimal strings: JSON has no 64-bit integer. */
import type { OffsetRange } from '../../semantics/ranges.ts'
import type { ProofRecord, StoredOffset } from '../store.ts'

export interface WireRange {
  readonly topic: string
  readonly partition: number
  readonly fromOffset: string
  readonly untilOffset: string
}

export interface WireOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly topicId?: string
  readonly metadata?: string
}

export type WireProof = Omit<ProofRecord, 'ranges'> & { readonly ranges: readonly WireRange[] }

export function rangeToWire({ topic, partition, fromOffset, untilOffset }: OffsetRange): WireRange {
  return { topic, partition, fromOffset: String(fromOffset), untilOffset: String(untilOffset) }
}

export function rangeFromWire({ topic, partition, fromOffset, untilOffset }: WireRange): OffsetRange {
  return { topic, partition, fromOffset: BigInt(fromOffset), untilOffset: BigInt(untilOffset) }
}

export function offsetToWire({ topic, partition, offset, topicId, metadata }: StoredOffset): WireOffset {
  return {
    topic,
    partition,
    offset: String(offset),
    ...(topicId !== undefined && { topicId }),
    ...(metadata !== undefined && { metadata }),
  }
}

export function offsetFromWire({ topic, partition, offset, topicId, metadata }: WireOffset): StoredOffset {
  return { topic, partition, offset: BigInt(offset), topicId, metadata }
}

export function proofToWire(proof: ProofRecord): WireProof {
  return { ...proof, ranges: proof.ranges.map(rangeToWire) }
}

export function proofFromWire(proof: WireProof): ProofRecord {
  return { ...proof, ranges: proof.ranges.map(rangeFromWire) }
}

export function proofToJson(proof: ProofRecord): string {
  return JSON.stringify(proofToWire(proof))
}

export function proofFromJson(text: string): ProofRecord {
  return proofFromWire(JSON.parse(text) as WireProof)
}
