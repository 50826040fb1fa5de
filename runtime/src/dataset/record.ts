import type { KafkaRecord, RecordList } from '../clients/client.ts'
import { reasonOf, TidemarkError } from '../errors.ts'

/**
 * Turns the bytes of a record's value into what the handler works with; called when `value` is first read, once.
 *
 * Throw for a value that must not be passed over; return a marker for one that may.
 */
export interface ValueParser<V> {
  (value: Buffer | null, record: KafkaRecord): V
  /** The same for a value that is text, where the client can cut that without a buffer in between. */
  readonly ofText?: (text: string) => V
}

/**
 * A record as a handler sees it. Its provenance (topic, partition, offset) stays with it through every operation.
 *
 * Each pass over a batch makes its records anew; a parsed value is the same object in all of them.
 */
export interface ConsumedRecord<V> {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  /** Milliseconds since the epoch, as the producer or the broker wrote it. */
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly headers: readonly (readonly [name: string, value: Buffer | null])[]
  /** Parsed when it is first read, once. @throws TidemarkError PARSE_FAILED */
  readonly value: V
}

/**
 * Values are JSON text.
 *
 * The type is a promise of the producer's, not checked here: use a parser function of your own where it must be.
 *
 * @example value: json<{ customer: string; amountCents: number }>()
 */
export function json<T>(): ValueParser<T> {
  const ofText = (text: string) => JSON.parse(text) as T
  const parse = (value: Buffer | null) => {
    if (value === null) throw new Error('it is null (a tombstone), not JSON')
    return ofText(value.toString())
  }
  return Object.assign(parse, { ofText })
}

/** Values are UTF-8 text; null (a tombstone) reads as empty text. */
export const text: ValueParser<string> = Object.assign((value: Buffer | null) => value?.toString() ?? '', {
  ofText: (text: string) => text,
})

/** Values as they are. The buffer belongs to the batch: copy what outlives it. */
export const bytes: ValueParser<Buffer | null> = value => value

/** Told what a handler does with its records; only a debugger asks. */
export interface RecordWatch {
  /** The value of this record is being read. */
  onRead(record: Pick<KafkaRecord, 'topic' | 'partition' | 'offset'>): void
  /** An operation has run over a whole partition. */
  onRanThrough(): void
}

const unread = Symbol('unread')

/**
 * The records of one partition, as handlers see them. Each pass makes its record objects anew, and they are gone behind it; a value that was
 * parsed stays for the next pass.
 */
export class ParsedRecords<V> implements Iterable<ConsumedRecord<V>> {
  readonly #records: RecordList
  readonly #parse: ValueParser<V>
  readonly #watch: RecordWatch | undefined
  #values: (V | typeof unread)[] | undefined

  constructor(records: RecordList, parse: ValueParser<V>, watch?: RecordWatch) {
    this.#records = records
    this.#parse = parse
    this.#watch = watch
  }

  forEach(visit: (record: ConsumedRecord<V>) => void): void {
    const records = this.#records
    for (let index = 0; index < records.length; index++) visit(this.#view(index))
    this.#watch?.onRanThrough()
  }

  *[Symbol.iterator](): IterableIterator<ConsumedRecord<V>> {
    for (let index = 0; index < this.#records.length; index++) yield this.#view(index)
    this.#watch?.onRanThrough()
  }

  /** @throws TidemarkError PARSE_FAILED */
  valueAt(index: number, raw: KafkaRecord): V {
    this.#watch?.onRead(raw)
    // As they are: cutting them again is cheaper than keeping them.
    if (this.#parse === (bytes as ValueParser<unknown>)) return this.#parse(raw.value, raw)
    this.#values ??= new Array<V | typeof unread>(this.#records.length).fill(unread)
    const known = this.#values[index] as V | typeof unread
    if (known !== unread) return known
    try {
      const value = parsed(raw, this.#parse)
      this.#values[index] = value
      return value
    } catch (error) {
      const record = `${raw.topic}/${raw.partition} offset ${raw.offset}`
      throw new TidemarkError('PARSE_FAILED', { record, reason: reasonOf(error) }, { cause: error })
    }
  }

  #view(index: number): ConsumedRecord<V> {
    return new ParsedRecord(this.#records.at(index) as KafkaRecord, this, index)
  }
}

/** The one record object handed to handlers: a view of the client's record plus the parsed value. */
class ParsedRecord<V> implements ConsumedRecord<V> {
  readonly #raw: KafkaRecord
  readonly #records: ParsedRecords<V>
  readonly #index: number

  constructor(raw: KafkaRecord, records: ParsedRecords<V>, index: number) {
    this.#raw = raw
    this.#records = records
    this.#index = index
  }

  get topic(): string {
    return this.#raw.topic
  }

  get partition(): number {
    return this.#raw.partition
  }

  get offset(): bigint {
    return this.#raw.offset
  }

  get timestampMs(): number {
    return this.#raw.timestampMs
  }

  get key(): Buffer | null {
    return this.#raw.key
  }

  get headers(): ConsumedRecord<V>['headers'] {
    return this.#raw.headers
  }

  get value(): V {
    return this.#records.valueAt(this.#index, this.#raw)
  }
}

function parsed<V>(raw: KafkaRecord, parse: ValueParser<V>): V {
  const text = parse.ofText && raw.valueText
  return typeof text === 'string' && parse.ofText ? parse.ofText(text) : parse(raw.value, raw)
}
