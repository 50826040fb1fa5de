/** Lists of records put together and cut, without looking at more records than that takes. */
import type { KafkaRecord, RecordList } from '../clients/client.ts'

/** One list of all their records. */
export function joined(lists: readonly RecordList[]): RecordList {
  const filled = lists.filter(list => list.length > 0)
  return filled.length > 1 ? new JoinedList(filled) : (filled[0] ?? [])
}

/** Index of the first record at or after an offset; the list's length where there is none. */
export function firstIndexFrom(records: RecordList, offset: bigint): number {
  let [low, high] = [0, records.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((records.at(middle)?.offset ?? offset) < offset) low = middle + 1
    else high = middle
  }
  return low
}

class JoinedList implements RecordList {
  readonly #lists: readonly RecordList[]
  readonly length: number
  /** Where the list begins that was last asked: the next one asked for is mostly its neighbour. */
  #turn = 0
  #begin = 0

  constructor(lists: readonly RecordList[]) {
    this.#lists = lists
    this.length = lists.reduce((sum, list) => sum + list.length, 0)
  }

  at(index: number): KafkaRecord | undefined {
    if (index < 0) return index + this.length < 0 ? undefined : this.at(index + this.length)
    if (index < this.#begin) {
      this.#turn = 0
      this.#begin = 0
    }
    for (let list = this.#lists[this.#turn]; list; list = this.#lists[++this.#turn]) {
      if (index < this.#begin + list.length) return list.at(index - this.#begin)
      this.#begin += list.length
    }
    this.#turn = 0
    this.#begin = 0
    return undefined
  }

  slice(from = 0, until = this.length): RecordList {
    let begin = 0
    const [first, end] = [from, until].map(index => (index < 0 ? index + this.length : index)) as [number, number]
    return joined(
      this.#lists.map(list => {
        const part = list.slice(Math.max(0, first - begin), Math.max(0, end - begin))
        begin += list.length
        return part
      }),
    )
  }

  *[Symbol.iterator](): IterableIterator<KafkaRecord> {
    for (const list of this.#lists) yield* list
  }
}
