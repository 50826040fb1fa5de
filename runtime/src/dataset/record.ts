import type { KafkaRecord } from '../clients/client.ts'
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

/** A record as a handler sees it. Its provenance (topic, partition, offset) stays with it through every operation. */
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

const unread = Symbol('unread')

/** The one record object handed to handlers: a view of the client's record plus the parsed value. */
export class ParsedRecord<V> implements ConsumedRecord<V> {
  readonly #raw: KafkaRecord
  readonly #parse: ValueParser<V>
  #value: V | typeof unread = unread

  constructor(raw: KafkaRecord, parse: ValueParser<V>) {
    this.#raw = raw
    this.#parse = parse
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
    if (this.#value !== unread) return this.#value
    try {
      this.#value = this.#parsed()
    } catch (error) {
      const record = `${this.topic}/${this.partition} offset ${this.offset}`
      throw new TidemarkError('PARSE_FAILED', { record, reason: reasonOf(error) }, { cause: error })
    }
    return this.#value
  }

  #parsed(): V {
    const parse = this.#parse
    const text = parse.ofText && this.#raw.valueText
    return typeof text === 'string' && parse.ofText ? parse.ofText(text) : parse(this.#raw.value, this.#raw)
  }
}

/** Told what a handler does with its records; only a debugger asks. */
export interface RecordWatch {
  /** The value of this record is being read. */
  onRead(record: Pick<KafkaRecord, 'topic' | 'partition' | 'offset'>): void
  /** An operation has run over a whole partition. */
  onRanThrough(): void
}

export class WatchedRecord<V> extends ParsedRecord<V> {
  readonly #record: KafkaRecord
  readonly #watch: RecordWatch

  constructor(record: KafkaRecord, parse: ValueParser<V>, watch: RecordWatch) {
    super(record, parse)
    this.#record = record
    this.#watch = watch
  }

  override get value(): V {
    this.#watch.onRead(this.#record)
    return super.value
  }
}
