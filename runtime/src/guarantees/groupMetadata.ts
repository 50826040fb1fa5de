/**
 * What a pipeline keeps beside its positions in a Kafka group, in the metadata string of each commit:
 *
 *   topicId=AbC… partitions=4 proof={"batchId":"1f0c-7","from":"18201", …}
 *
 * The topic's facts are for the next start (a topic made anew is another one; partitions added later are new), the proof is for people.
 * One proof a partition, that of its last batch: their number is bounded by the partitions. It takes some 300 characters of the 4,096
 * that brokers allow unless told otherwise (`offset.metadata.max.bytes`); where they allow less, see `MetadataRoom`.
 */
import type { CommittedOffset } from '../clients/client.ts'
import { TidemarkError } from '../errors.ts'
import { type OffsetRange, partitionName } from '../semantics/ranges.ts'
import type { ProofRecord } from '../stores/store.ts'

export interface TopicFacts {
  readonly topicId: string | undefined
  readonly firstPartitionCount: number
}

/** What is to be kept beside one position. */
export interface Kept {
  readonly facts?: TopicFacts | undefined
  /** The pipeline's own words. */
  readonly note?: string | undefined
  readonly proof?: string | undefined
}

const proofCharactersMax = 1_500

/**
 * How much the brokers let a group keep. Clients are not told `offset.metadata.max.bytes` and may not have the right to ask, so it is
 * learnt from refusals: proofs, which are for people, go first, then all the rest. Positions are committed in any case.
 */
export class MetadataRoom {
  readonly #groupId: string
  readonly #tell: (error: TidemarkError) => void
  #room: 'all' | 'no proofs' | 'nothing' = 'all'

  /** @param tell told once for each time that less is kept from then on. */
  constructor(groupId: string, tell: (error: TidemarkError) => void) {
    this.#groupId = groupId
    this.#tell = tell
  }

  /** Runs a commit; where its metadata is refused, again with less. */
  async fit<T>(commit: (textOf: (kept: Kept) => string) => Promise<T>): Promise<T> {
    const before = this.#room
    for (;;) {
      const room = this.#room
      try {
        const answer = await commit(kept => textIn(room, kept))
        if (room !== before) this.#say()
        return answer
      } catch (error) {
        const isRefused = error instanceof TidemarkError && error.code === 'OFFSET_METADATA_TOO_LARGE'
        if (!isRefused || room === 'nothing') throw error
        this.#room = room === 'all' ? 'no proofs' : 'nothing'
      }
    }
  }

  #say(): void {
    const effect =
      this.#room === 'nothing'
        ? 'proof records and topic ids are left out, so that a topic made anew or a partition added later goes unseen'
        : 'proof records are left out'
    this.#tell(new TidemarkError('OFFSET_METADATA_TOO_LARGE', { what: `group ${this.#groupId}`, effect }))
  }
}

function textIn(room: 'all' | 'no proofs' | 'nothing', { facts, note, proof }: Kept): string {
  if (room === 'nothing') return ''
  const isProofKept = room === 'all' && proof !== undefined && proof.length <= proofCharactersMax
  return [
    ...(facts ? [`topicId=${facts.topicId ?? ''} partitions=${facts.firstPartitionCount}`] : []),
    ...(note === undefined ? [] : [`note=${JSON.stringify(note)}`]),
    ...(isProofKept ? [`proof=${proof}`] : []),
  ].join(' ')
}

const pattern =
  /^(?:topicId=(?<topicId>\S*) partitions=(?<partitions>\d+)(?: |$))?(?:note=(?<note>"(?:[^"\\]|\\.)*")(?: |$))?(?:proof=(?<proof>\{.*\}))?$/

/** Metadata is anybody's text: what was not written here is a note. */
export function keptIn(metadata: string | undefined): Kept {
  if (!metadata) return {}
  const { topicId, partitions, note, proof } = pattern.exec(metadata)?.groups ?? { note: JSON.stringify(metadata) }
  return {
    facts:
      partitions === undefined ? undefined : { topicId: topicId || undefined, firstPartitionCount: Number(partitions) },
    note: note === undefined ? undefined : String(parsed(note)),
    proof,
  }
}

/** The part of a proof that a partition keeps; its own range ends at the committed offset. */
export function proofText({ ranges: _, ...proof }: ProofRecord, { fromOffset }: OffsetRange): string {
  return JSON.stringify({ ...proof, from: String(fromOffset) })
}

/** Proofs of a group's last batches, newest first: partitions that were committed together make one again. */
export function proofsIn(committed: readonly CommittedOffset[]): ProofRecord[] {
  const found = committed.flatMap(({ topic, partition, offset, metadata }) => {
    const proof = proofIn(keptIn(metadata).proof)
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

type PartOfProof = Omit<ProofRecord, 'ranges'> & { readonly from: string }

function proofIn(text: string | undefined): PartOfProof | undefined {
  const value = text === undefined ? undefined : (parsed(text) as Partial<PartOfProof> | undefined)
  return typeof value?.batchId === 'string' && /^\d+$/.test(value.from ?? '') ? (value as PartOfProof) : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function byName(left: OffsetRange, right: OffsetRange): number {
  return partitionName(left) < partitionName(right) ? -1 : 1
}
