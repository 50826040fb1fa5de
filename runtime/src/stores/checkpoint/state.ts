/** What a log's records add up to. Pure: applying a record is all that happens here. */
import type { OffsetRange, TopicPartition } from '../../semantics/ranges.ts'
import { groupByBatch, type PlanRow } from '../shared/plans.ts'
import {
  offsetFromWire,
  offsetToWire,
  proofFromWire,
  proofToWire,
  rangeFromWire,
  rangeToWire,
  type WireOffset,
  type WireProof,
  type WireRange,
} from '../shared/wire.ts'
import type { BatchPlan, ProofRecord, StoredOffset } from '../store.ts'

export type LogRecord =
  | { readonly kind: 'header'; readonly version: number; readonly groupId: string }
  | { readonly kind: 'set'; readonly offsets: readonly WireOffset[] }
  | {
      readonly kind: 'commit'
      readonly ranges: readonly WireRange[]
      readonly metadata?: string
      readonly proof: WireProof
    }
  | { readonly kind: 'plan'; readonly batchId: string; readonly ranges: readonly WireRange[] }
  /** Only in a compacted log: a proof whose commit is no longer a record of its own. */
  | { readonly kind: 'proof'; readonly proof: WireProof }

export class CheckpointState {
  readonly #proofRecordsMax: number
  readonly #offsets = new Map<string, StoredOffset>()
  readonly #plans = new Map<string, PlanRow>()
  /** Oldest first. */
  #proofs: ProofRecord[] = []

  constructor(proofRecordsMax: number) {
    this.#proofRecordsMax = proofRecordsMax
  }

  offset(partition: TopicPartition): StoredOffset | undefined {
    return this.#offsets.get(keyOf(partition))
  }

  offsets(): StoredOffset[] {
    return [...this.#offsets.values()]
  }

  plan(partition: TopicPartition): PlanRow | undefined {
    return this.#plans.get(keyOf(partition))
  }

  /** The plans that touch these partitions, whole. */
  plans(partitions: readonly TopicPartition[]): BatchPlan[] {
    const touched = new Set(partitions.map(each => this.plan(each)?.batchId))
    return groupByBatch([...this.#plans.values()].filter(({ batchId }) => touched.has(batchId)))
  }

  proofs(limit: number): ProofRecord[] {
    const count = Math.min(limit, this.#proofRecordsMax, this.#proofs.length)
    return this.#proofs.slice(this.#proofs.length - count).reverse()
  }

  /** @throws RangeError the record does not follow from what came before it: the log is not ours or was tampered with. */
  apply(record: LogRecord): void {
    switch (record.kind) {
      case 'header':
        return
      case 'set':
        for (const offset of record.offsets) this.#put(offsetFromWire(offset))
        return
      case 'commit':
        for (const range of record.ranges) this.#move(rangeFromWire(range), record.metadata)
        this.#prove(proofFromWire(record.proof))
        return
      case 'plan':
        for (const range of record.ranges)
          this.#plans.set(keyOf(range), { batchId: record.batchId, range: rangeFromWire(range) })
        return
      case 'proof':
        this.#prove(proofFromWire(record.proof))
        return
      default:
        throw new RangeError(`a record of the unknown kind ${JSON.stringify((record as { kind?: unknown }).kind)}`)
    }
  }

  /** Records that add up to the same state: what a compacted log holds after its header. */
  *snapshot(): Generator<LogRecord> {
    yield { kind: 'set', offsets: Array.from(this.#offsets.values(), offsetToWire) }
    for (const { batchId, range } of this.#plans.values()) yield { kind: 'plan', batchId, ranges: [rangeToWire(range)] }
    for (const proof of this.#proofs.slice(-this.#proofRecordsMax)) yield { kind: 'proof', proof: proofToWire(proof) }
  }

  #put(offset: StoredOffset): void {
    this.#offsets.set(keyOf(offset), offset)
  }

  #move(range: OffsetRange, metadata: string | undefined): void {
    const stored = this.offset(range)
    // Invariant: a commit was compared before it was written, so it compares again when it is read.
    if (stored?.offset !== range.fromOffset)
      throw new RangeError(`a commit from ${range.fromOffset} where ${stored?.offset} stands`)
    this.#put({ ...stored, offset: range.untilOffset, metadata })
  }

  #prove(proof: ProofRecord): void {
    this.#proofs.push(proof)
    // Trimmed in strides, so that a commit does not move the whole array.
    if (this.#proofs.length >= this.#proofRecordsMax * 2) this.#proofs = this.#proofs.slice(-this.#proofRecordsMax)
  }
}

/** Map key of a partition. */
function keyOf({ topic, partition }: TopicPartition): string {
  return JSON.stringify([topic, partition])
}
