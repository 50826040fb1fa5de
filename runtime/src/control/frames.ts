/** Lets framed JSON-RPC pass, and ends the stream at the first frame larger than agreed, before anything of it is kept. */
import { Transform, type TransformCallback } from 'node:stream'

const headerEnd = Buffer.from('\r\n\r\n')
const headerBytesMax = 1_024

/**
 * `vscode-jsonrpc` keeps a message of any announced length in memory until it is whole; this stands before it.
 *
 * @see Language Server Protocol, base protocol: `Content-Length: n`, a blank line, n bytes.
 */
export class FrameLimit extends Transform {
  readonly #bytesMax: number
  #contentLeft = 0
  #header: Buffer = Buffer.alloc(0)

  constructor(bytesMax: number) {
    super()
    this.#bytesMax = bytesMax
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      for (let rest = chunk; rest.length > 0; )
        rest = this.#contentLeft > 0 ? this.#passContent(rest) : this.#passHeader(rest)
      done()
    } catch (error) {
      done(error as Error)
    }
  }

  #passContent(chunk: Buffer): Buffer {
    const content = chunk.subarray(0, this.#contentLeft)
    this.#contentLeft -= content.length
    this.push(content)
    return chunk.subarray(content.length)
  }

  /** @throws Error a frame that breaks the agreement. */
  #passHeader(chunk: Buffer): Buffer {
    const gathered = Buffer.concat([this.#header, chunk])
    const end = gathered.indexOf(headerEnd)
    if ((end < 0 ? gathered.length : end) > headerBytesMax) throw new Error('no frame header was found')
    if (end < 0) {
      this.#header = gathered
      return Buffer.alloc(0)
    }
    const header = gathered.subarray(0, end + headerEnd.length)
    const length = /^content-length: *(\d+) *$/im.exec(header.toString('latin1'))?.[1]
    if (length === undefined) throw new Error('a frame without a length')
    if (Number(length) > this.#bytesMax)
      throw new Error(`a frame announced ${length} bytes, at most ${this.#bytesMax} are agreed`)
    this.#header = Buffer.alloc(0)
    this.#contentLeft = Number(length)
    this.push(header)
    return gathered.subarray(header.length)
  }
}
