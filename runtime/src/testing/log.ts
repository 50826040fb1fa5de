/** A topic partition's log in memory: offsets, transactions and markers as a broker keeps them. */
import type { KafkaRecord } from '../clients/client.ts'

export interface FakeTransaction {
  state: 'open' | 'committed' | 'aborted'
}

interface Entry {
  readonly record: KafkaRecord
  readonly transaction: FakeTransaction | undefined
  /** A control record: takes an offset, is never read. */
  readonly isMarker: boolean
}

export interface ReadAnswer {
  readonly records: KafkaRecord[]
  readonly nextOffset: bigint
  readonly sizeBytes: number
}

export class FakeLog {
  readonly #entries: Entry[] = []
  #logStart = 0

  get logStartOffset(): bigint {
    return BigInt(this.#logStart)
  }

  get highWatermark(): bigint {
    return BigInt(this.#entries.length)
  }

  /** The first offset of an open transaction, or the end. */
  get lastStableOffset(): bigint {
    const open = this.#entries.findIndex(entry => entry.transaction?.state === 'open')
    return open < 0 ? this.highWatermark : BigInt(open)
  }

  append(record: Omit<KafkaRecord, 'offset'>, transaction?: FakeTransaction, isMarker = false): bigint {
    const offset = this.highWatermark
    this.#entries.push({ record: { ...record, offset }, transaction, isMarker })
    return offset
  }

  /** Retention, or a person, removes what lies before. */
  deleteBefore(offset: bigint): void {
    this.#logStart = Number(offset)
  }

  offsetForTime(timestampMs: number): bigint | undefined {
    const at = this.#entries.findIndex(
      (entry, index) => index >= this.#logStart && entry.record.timestampMs >= timestampMs,
    )
    return at < 0 ? undefined : BigInt(at)
  }

  /** `undefined`: out of range. */
  read(offset: bigint, maxBytes: number, isolation: 'read_committed' | 'read_uncommitted'): ReadAnswer | undefined {
    if (offset < this.logStartOffset || offset > this.highWatermark) return undefined
    const end = isolation === 'read_committed' ? this.lastStableOffset : this.highWatermark
    const records: KafkaRecord[] = []
    let nextOffset = offset
    let sizeBytes = 0
    while (nextOffset < end && (sizeBytes < maxBytes || records.length === 0)) {
      const entry = this.#entries[Number(nextOffset)]
      nextOffset++
      sizeBytes += 60 + (entry?.record.value?.length ?? 0) + (entry?.record.key?.length ?? 0)
      const isHidden = entry?.isMarker || (isolation === 'read_committed' && entry?.transaction?.state === 'aborted')
      if (entry && !isHidden) records.push(entry.record)
    }
    return { records, nextOffset, sizeBytes }
  }
}
