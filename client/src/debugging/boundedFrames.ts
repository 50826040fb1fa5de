/** Lets framed JSON-RPC pass and ends the stream at the first frame that is larger than agreed, before it is buffered. */
import { Transform, type TransformCallback } from 'node:stream'

const headerBytesMax = 4_096
const separator = Buffer.from('\r\n\r\n')

/**
 * `vscode-jsonrpc` gathers a message of any announced length in memory; whoever can write to the socket could exhaust the
 * editor's. This stands before it and reads only the headers (`Content-Length: n`, blank line, n bytes).
 *
 * @param bytesMax largest content of one message
 */
export class BoundedFrames extends Transform {
  readonly #bytesMax: number
  #header = Buffer.alloc(0)
  /** Bytes of the current content still to come. */
  #left = 0

  constructor(bytesMax: number) {
    super()
    this.#bytesMax = bytesMax
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let rest = chunk
    while (rest.length > 0) {
      const taken = this.#left > 0 ? this.#passContent(rest) : this.#passHeader(rest)
      if (taken instanceof Error) {
        done(taken)
        return
      }
      rest = taken
    }
    done()
  }

  #passContent(chunk: Buffer): Buffer {
    const part = chunk.subarray(0, this.#left)
    this.#left -= part.length
    this.push(part)
    return chunk.subarray(part.length)
  }

  #passHeader(chunk: Buffer): Buffer | Error {
    const joined = Buffer.concat([this.#header, chunk])
    const end = joined.indexOf(separator)
    if ((end < 0 ? joined.length : end) > headerBytesMax) return new Error('a frame without a header')
    if (end < 0) {
      this.#header = joined
      return Buffer.alloc(0)
    }
    const header = joined.subarray(0, end + separator.length)
    const length = Number(/^content-length: *(\d+)\r$/im.exec(header.toString('latin1'))?.[1] ?? Number.NaN)
    if (!Number.isSafeInteger(length)) return new Error('a frame without a length')
    if (length > this.#bytesMax) return new Error(`a frame of ${length} bytes; at most ${this.#bytesMax} are agreed`)
    this.#header = Buffer.alloc(0)
    this.#left = length
    this.push(header)
    return joined.subarray(header.length)
  }
}
