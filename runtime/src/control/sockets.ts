/**
 * Trouble on the connections to the brokers, made where it happens: on this process' sockets, whichever client opened them.
 *
 * A socket is known as a broker's by what is written to it: frames of Kafka's protocol (a 32-bit length, then api key, version and
 * correlation id). Only in a debug run; while nothing is asked for, a write costs a look at its first bytes.
 */
import { Socket } from 'node:net'

/** OffsetCommit, EndTxn: the requests that commit. With the classic protocol TxnOffsetCommit only adds to what EndTxn commits. */
const commitKeys: ReadonlySet<number> = new Set([8, 26])
const apiKeyMax = 100

export class BrokerSockets {
  readonly #sockets = new Set<Socket>()
  #losesReplies = 0

  /** Watches all sockets of this process from now on. */
  watch(): void {
    const note = (socket: Socket, chunk: Uint8Array) => this.#wrote(socket, chunk)
    const write = Reflect.get(Socket.prototype, 'write') as (...parameters: unknown[]) => boolean
    Reflect.set(Socket.prototype, 'write', function (this: Socket, ...parameters: unknown[]): boolean {
      const [chunk] = parameters
      if (chunk instanceof Uint8Array) note(this, chunk)
      return write.apply(this, parameters)
    })
  }

  /** Cuts every connection to a broker at once, as a pulled cable does. */
  cut(): number {
    const open = [...this.#sockets].filter(socket => !socket.destroyed)
    for (const socket of open) cutOff(socket)
    return open.length
  }

  /** The next commit reaches the broker, and its reply does not reach us. */
  loseNextReply(): void {
    this.#losesReplies = 1
  }

  #wrote(socket: Socket, chunk: Uint8Array): void {
    const frame = frameOf(chunk)
    if (!frame) return
    if (!this.#sockets.has(socket)) {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    }
    if (this.#losesReplies === 0 || !commitKeys.has(frame.apiKey)) return
    this.#losesReplies--
    loseReply(socket, frame.correlationId)
  }
}

function frameOf(chunk: Uint8Array): { readonly apiKey: number; readonly correlationId: number } | undefined {
  if (chunk.length < 12) return undefined
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  const apiKey = view.getInt16(4)
  const version = view.getInt16(6)
  const isFrame = view.getInt32(0) >= chunk.length - 4 && view.getInt32(0) < 1 << 30
  if (!isFrame || apiKey < 0 || apiKey > apiKeyMax || version < 0 || version > 30) return undefined
  return { apiKey, correlationId: view.getInt32(8) }
}

/**
 * Swallows what comes from the moment the reply begins. Replies come in the order of the requests, so those before it still arrive.
 * The broker has acted by then: it replies after it has committed.
 */
function loseReply(socket: Socket, correlationId: number): void {
  const emit = socket.emit.bind(socket)
  const reader = new FrameReader(correlationId)
  socket.emit = (event: string | symbol, ...parameters: unknown[]) => {
    if (event !== 'data' || !(parameters[0] instanceof Buffer)) return emit(event as string, ...parameters)
    const before = reader.untilReply(parameters[0])
    if (before === undefined) return emit('data', parameters[0])
    socket.emit = emit
    if (before.length > 0) emit('data', before)
    cutOff(socket)
    return true
  }
}

function cutOff(socket: Socket): void {
  socket.destroy(Object.assign(new Error('the debugger cut the connection (ECONNRESET)'), { code: 'ECONNRESET' }))
}

/** Follows the frames of a stream of answers; the first chunk it sees begins at a frame, or is in the midst of one that is let pass. */
class FrameReader {
  readonly #correlationId: number
  #held: Buffer = Buffer.alloc(0)

  constructor(correlationId: number) {
    this.#correlationId = correlationId
  }

  /** What came before the awaited reply within this chunk; `undefined` while the reply has not begun. */
  untilReply(chunk: Buffer): Buffer | undefined {
    const all = Buffer.concat([this.#held, chunk])
    let at = 0
    while (all.length - at >= 8) {
      if (all.readInt32BE(at + 4) === this.#correlationId)
        return all.subarray(this.#held.length, Math.max(this.#held.length, at))
      const next = at + 4 + all.readInt32BE(at)
      if (next > all.length) break
      at = next
    }
    this.#held = all.subarray(at)
    return undefined
  }
}
