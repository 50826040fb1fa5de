/**
 * What a pipeline keeps beside its positions in a Kafka group, in the metadata string of each commit:
 *
 *   topicId=AbC… partitions=4 proof={"batchId":"1f0c-7","from":"18201", …}
 *
 * The topic's facts are for the next start (a topic made anew is another one; partitions added later are new), the proof is for people.
 * One proof a partition, that of its last batch: their number is bounded by the partitions. It takes some 300 characters of the 4,096
 * that brokers allow unless told otherwise (`offset.metadata.max.bytes`).
 */
import type { CommittedOffset } from '../clients/client.ts'
import { type OffsetRange, partitionName } from '../semantics/ranges.ts'
import type { ProofRecord } from '../stores/store.ts'

export interface TopicFacts {
  readonly topicId: string | undefined
  readonly firstPartitionCount: number
}

const proofCharactersMax = 1_500

export function metadataOf(facts: TopicFacts | undefined, proof?: string): string {
  const known = facts ? `topicId=${facts.topicId ?? ''} partitions=${facts.firstPartitionCount}` : ''
  return proof === undefined || proof.length > proofCharactersMax ? known : `${known} proof=${proof}`.trimStart()
}

export function factsIn(metadata: string | undefined): TopicFacts | undefined {
  const found = /^topicId=(\S*) partitions=(\d+)(?: |$)/.exec(metadata ?? '')
  return found ? { topicId: found[1] || undefined, firstPartitionCount: Number(found[2]) } : undefined
}

/** The part of a proof that a partition keeps; its own range ends at the committed offset. */
export function proofText({ ranges: _, ...proof }: ProofRecord, { fromOffset }: OffsetRange): string {
  return JSON.stringify({ ...proof, from: String(fromOffset) })
}

/** Proofs of a group's last batches, newest first: partitions that were committed together make one again. */
export function proofsIn(committed: readonly CommittedOffset[]): ProofRecord[] {
  const found = committed.flatMap(({ topic, partition, offset, metadata }) => {
    const text = / ?\bproof=(\{.*\})$/.exec(metadata ?? '')?.[1]
    const proof = text === undefined ? undefined : parsed(text)
    if (proof === undefined || offset === undefined) return []
    const { from, ...rest } = proof
    return [{ ...rest, ranges: [{ topic, partition, fromOffset: BigInt(from), untilOffset: offset }] }]
  })
  const byBatch = Map.groupBy(found, proof => proof.batchId)
  return [...byBatch.values()]
    .flatMap(([first, ...more]) =>
      first ? [{ ...first, ranges: [first, ...more].flatMap(each => each.ranges).sort(byName) }] : [],
    )
    .sort((left, right) => right.committedAtMs - left.committedAtMs)
}

/** Metadata is anybody's text: what does not read as a proof is none. */
function parsed(text: string): (Omit<ProofRecord, 'ranges'> & { readonly from: string }) | undefined {
  try {
    const value = JSON.parse(text)
    return typeof value.batchId === 'string' && /^\d+$/.test(value.from) ? value : undefined
  } catch {
    return undefined
  }
}

function byName(left: OffsetRange, right: OffsetRange): number {
  return partitionName(left) < partitionName(right) ? -1 : 1
}
