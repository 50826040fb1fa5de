/** Framed JSON-RPC as the control link reads it: no frame larger than agreed, nothing left over when a peer dies within one. */
import { type Readable, Transform, type TransformCallback } from 'node:stream'
import { StreamMessageReader } from 'vscode-jsonrpc/node'

const headerEnd = Buffer.from('\r\n\r\n')
const headerBytesMax = 1_024

/**
 * A reader whose timer for half a message is off: `vscode-jsonrpc` arms it anew every 10 s as long as the rest is missing,
 * also after the stream has closed, so that a process whose peer died within a message would never end.
 */
export function frameReader(stream: Readable): StreamMessageReader {
  const reader = new StreamMessageReader(stream)
  reader.partialMessageTimeout = 0
  return reader
}

/**
 * Lets frames pass, and ends the stream at the first one larger than agreed, before anything of it is kept.
 *
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
