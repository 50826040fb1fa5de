import type { FetchedPartition, RecordList } from '../clients/client.ts'
import type { BatchSlice } from '../dataset/batch.ts'
import type { OffsetRange, TopicPartition } from '../semantics/ranges.ts'
import { firstIndexFrom, joined } from './recordLists.ts'

/** A slice and the ownership it was handed out under. */
export interface Taken {
  readonly owned: OwnedPartition
  readonly slice: BatchSlice
}

/** One partition's part of a frozen batch. */
export interface FrozenPart {
  readonly batchId: string
  readonly range: OffsetRange
  /** How many partitions the batch has that are still to be committed, this one included. */
  readonly parts: number
}

/** What one fetch answered, as far as it is not yet handed out. */
interface Chunk {
  readonly records: RecordList
  /** Index of the first record not yet handed out. */
  at: number
  readonly nextOffset: bigint
  readonly recordBytes: number
  readonly sizeBytes: number
}

/**
 * One partition while it is ours. A partition that goes and comes back is another object: whoever holds the old one holds nothing.
 */
export class OwnedPartition implements TopicPartition {
  readonly topic: string
  readonly partition: number
  readonly topicId: string | undefined
  /** Where the next batch starts: the committed position. */
  position: bigint
  /** Where the next fetch starts. */
  fetchOffset: bigint
  /** Nothing at or after this offset is read (available-now). */
  readonly endOffset: bigint | undefined
  /** The frozen range that must run next, under its old id, together with the other parts of its batch. */
  plan: FrozenPart | undefined
  /**
   * Another member's partition: read, and committed, only as a part of a frozen batch that has a part of ours too.
   *
   *   1. A freezes batch 7 over orders/0 and orders/1, writes its results under that id, and dies before the commit
   *   2. the group gives orders/0 to B and orders/1 to C
   *   3. a rerun of one half under the id 7 would overwrite the whole; one under another id would count it twice
   * So each of them reruns all of batch 7, and the first commit moves both positions; the other's is fenced.
   */
  readonly isGuest: boolean
  /** False once it was revoked, lost or fenced: no further batch may start on it. */
  isOurs = true
  bufferedRecords = 0
  bufferedBytes = 0
  readonly #chunks: Chunk[] = []

  constructor(
    start: TopicPartition & {
      readonly offset: bigint
      readonly topicId: string | undefined
      readonly endOffset?: bigint | undefined
      readonly isGuest?: boolean
    },
  ) {
    this.topic = start.topic
    this.partition = start.partition
    this.topicId = start.topicId
    this.position = start.offset
    this.fetchOffset = start.offset
    this.endOffset = start.endOffset
    this.isGuest = start.isGuest ?? false
  }

  get isAtEnd(): boolean {
    return this.endOffset !== undefined && this.position >= this.endOffset
  }

  get wantsFetch(): boolean {
    return this.isOurs && (this.endOffset === undefined || this.fetchOffset < this.endOffset)
  }

  /** Whether there is anything to commit, if only a step over markers. */
  get hasProgress(): boolean {
    return this.#chunks.length > 0
  }

  /** Keeps a fetch answer. Answers to a position that is no longer asked for are dropped. */
  accept(answer: FetchedPartition): void {
    if (!this.isOurs || answer.nextOffset <= this.fetchOffset) return
    const end = this.endOffset
    const isCut = end !== undefined && answer.nextOffset > end
    const records = isCut ? answer.records.slice(0, firstIndexFrom(answer.records, end)) : answer.records
    const nextOffset = isCut ? end : answer.nextOffset
    const recordBytes = answer.records.length === 0 ? 0 : answer.sizeBytes / answer.records.length
    this.#chunks.push({ records, at: 0, nextOffset, recordBytes, sizeBytes: answer.sizeBytes })
    this.fetchOffset = nextOffset
    this.bufferedRecords += records.length
    this.bufferedBytes += answer.sizeBytes
  }

  /** Drops what was fetched ahead; the next fetch starts at `offset`. */
  rewind(offset: bigint): void {
    this.#chunks.length = 0
    this.bufferedRecords = 0
    this.bufferedBytes = 0
    this.fetchOffset = offset
  }

  /**
   * Hands out up to so many records and bytes, at least one record. The range starts at the committed position, and ends behind the last
   * record handed out, or behind all that the answers covered: markers and gaps at the end belong to it.
   */
  take(recordsMax: number, bytesMax: number): BatchSlice {
    const parts: RecordList[] = []
    let untilOffset = this.position
    let count = 0
    let bytes = 0
    for (let chunk = this.#chunks[0]; chunk !== undefined; chunk = this.#chunks[0]) {
      const left = chunk.records.length - chunk.at
      const room = Math.min(
        recordsMax - count,
        chunk.recordBytes > 0 ? Math.floor((bytesMax - bytes) / chunk.recordBytes) : left,
      )
      const size = Math.min(left, count === 0 ? Math.max(1, room) : room)
      if (left > 0 && size <= 0) break
      const part = size === chunk.records.length ? chunk.records : chunk.records.slice(chunk.at, chunk.at + size)
      if (part.length > 0) parts.push(part)
      count += part.length
      bytes += part.length * chunk.recordBytes
      chunk.at += size
      if (chunk.at < chunk.records.length) {
        untilOffset = (part.at(-1)?.offset ?? untilOffset - 1n) + 1n
        break
      }
      untilOffset = chunk.nextOffset
      this.bufferedBytes -= chunk.sizeBytes
      this.#chunks.shift()
    }
    this.bufferedRecords -= count
    return this.#slice(parts, untilOffset)
  }

  /** Hands out exactly the planned range; `undefined` while it is not all there yet. */
  takePlanned(): BatchSlice | undefined {
    const range = this.plan?.range
    if (range === undefined || this.fetchOffset < range.untilOffset) return undefined
    const parts: RecordList[] = []
    let count = 0
    for (let chunk = this.#chunks[0]; chunk !== undefined; chunk = this.#chunks[0]) {
      const end = firstIndexFrom(chunk.records, range.untilOffset)
      const part = chunk.records.slice(chunk.at, Math.max(chunk.at, end))
      parts.push(part)
      count += part.length
      chunk.at += part.length
      if (chunk.at < chunk.records.length || chunk.nextOffset > range.untilOffset) break
      this.bufferedBytes -= chunk.sizeBytes
      this.#chunks.shift()
    }
    this.bufferedRecords -= count
    this.plan = undefined
    return this.#slice(parts, range.untilOffset)
  }

  #slice(parts: readonly RecordList[], untilOffset: bigint): BatchSlice {
    const { topic, partition, position } = this
    return { range: { topic, partition, fromOffset: position, untilOffset }, records: joined(parts) }
  }
}
