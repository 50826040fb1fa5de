/**
 * The primitive types of the Kafka protocol, written and read.
 *
 * One codec serves both forms of a request: "flexible" versions have compact lengths and tag sections, older ones fixed
 * lengths and none, and `isFlexible` chooses between them, so that a request's fields are spelled once.
 *
 * @see https://kafka.apache.org/protocol#protocol_types
 */

/** Bytes that are not what the protocol says. The connection's answer cannot be used. */
export class WireError extends Error {
  override name = 'WireError'
}

export class WireWriter {
  readonly #isFlexible: boolean
  #bytes: Buffer
  #length = 0

  constructor(isFlexible: boolean, sizeBytes = 512) {
    this.#isFlexible = isFlexible
    this.#bytes = Buffer.allocUnsafe(sizeBytes)
  }

  /** What was written so far; valid until the next write. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  int8(value: number): this {
    const at = this.#reserve(1)
    this.#bytes.writeInt8(value, at)
    return this
  }

  int16(value: number): this {
    const at = this.#reserve(2)
    this.#bytes.writeInt16BE(value, at)
    return this
  }

  int32(value: number): this {
    const at = this.#reserve(4)
    this.#bytes.writeInt32BE(value, at)
    return this
  }

  int64(value: bigint): this {
    const at = this.#reserve(8)
    this.#bytes.writeBigInt64BE(value, at)
    return this
  }

  bool(value: boolean): this {
    return this.int8(value ? 1 : 0)
  }

  string(value: string | null): this {
    if (value === null) return this.#isFlexible ? this.#uvarint(0) : this.int16(-1)
    const sizeBytes = Buffer.byteLength(value)
    if (this.#isFlexible) this.#uvarint(sizeBytes + 1)
    else this.int16(sizeBytes)
    const at = this.#reserve(sizeBytes)
    this.#bytes.write(value, at, 'utf8')
    return this
  }

  bytes(value: Buffer | null): this {
    if (value === null) return this.#isFlexible ? this.#uvarint(0) : this.int32(-1)
    if (this.#isFlexible) this.#uvarint(value.length + 1)
    else this.int32(value.length)
    return this.raw(value)
  }

  raw(value: Buffer): this {
    const at = this.#reserve(value.length)
    value.copy(this.#bytes, at)
    return this
  }

  array<Item>(items: readonly Item[] | null, write: (item: Item) => void): this {
    if (items === null) return this.#isFlexible ? this.#uvarint(0) : this.int32(-1)
    if (this.#isFlexible) this.#uvarint(items.length + 1)
    else this.int32(items.length)
    for (const item of items) write(item)
    return this
  }

  /** An empty tag section, where the version has one. */
  tags(): this {
    return this.#isFlexible ? this.#uvarint(0) : this
  }

  #uvarint(value: number): this {
    let rest = value
    while (rest > 0x7f) {
      this.int8((((rest & 0x7f) | 0x80) << 24) >> 24)
      rest >>>= 7
    }
    return this.int8(rest)
  }

  #reserve(sizeBytes: number): number {
    const at = this.#length
    this.#length += sizeBytes
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length))
      this.#bytes.copy(larger, 0, 0, at)
      this.#bytes = larger
    }
    return at
  }
}

export class WireReader {
  readonly #isFlexible: boolean
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer, isFlexible: boolean) {
    this.#bytes = bytes
    this.#isFlexible = isFlexible
  }

  get rest(): Buffer {
    return this.#bytes.subarray(this.#at)
  }

  int8(): number {
    return this.#bytes.readInt8(this.#take(1))
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4))
  }

  int64(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8))
  }

  bool(): boolean {
    return this.int8() !== 0
  }

  /** A string that the protocol calls nullable. */
  nullableString(): string | null {
    const sizeBytes = this.#isFlexible ? this.uvarint() - 1 : this.int16()
    if (sizeBytes < 0) return null
    const at = this.#take(sizeBytes)
    return this.#bytes.toString('utf8', at, at + sizeBytes)
  }

  string(): string {
    return this.nullableString() ?? ''
  }

  /** A slice of the answer, not a copy. */
  bytes(): Buffer | null {
    const sizeBytes = this.#isFlexible ? this.uvarint() - 1 : this.int32()
    return sizeBytes < 0 ? null : this.raw(sizeBytes)
  }

  raw(sizeBytes: number): Buffer {
    const at = this.#take(sizeBytes)
    return this.#bytes.subarray(at, at + sizeBytes)
  }

  array<Item>(read: () => Item): Item[] {
    const count = this.#isFlexible ? this.uvarint() - 1 : this.int32()
    if (count > this.#bytes.length) throw new WireError(`an array of ${count} items in ${this.#bytes.length} bytes`)
    const items: Item[] = []
    for (let index = 0; index < count; index++) items.push(read())
    return items
  }

  /** Skips a tag section, where the version has one. */
  tags(): void {
    if (!this.#isFlexible) return
    for (let count = this.uvarint(); count > 0; count--) {
      this.uvarint()
      this.#take(this.uvarint())
    }
  }

  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#take(1)] as number
      value |= (byte & 0x7f) << shift
      if ((byte & 0x80) === 0) return value >>> 0
    }
    throw new WireError('a variable-length number of more than five bytes')
  }

  #take(sizeBytes: number): number {
    const at = this.#at
    if (sizeBytes < 0 || at + sizeBytes > this.#bytes.length)
      throw new WireError(`${sizeBytes} bytes wanted at ${at} of ${this.#bytes.length}`)
    this.#at = at + sizeBytes
    return at
  }
}
