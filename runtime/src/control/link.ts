/**
 * The pipeline's end of the control link: dials the editor's private socket, and follows its commands.
 *
 * Whatever goes wrong with the link, the pipeline goes on: a wrong token, another version, garbage, an editor that died. What was held
 * at a phase is let go then.
 */
import { writeSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import {
  createMessageConnection,
  ErrorCodes,
  type MessageConnection,
  ResponseError,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node'
import { type Clock, pause } from '../clock.ts'
import { reasonOf, TidemarkError } from '../errors.ts'
import {
  type BatchState,
  batchMethod,
  type CheckMatchParams,
  type CheckMatchResult,
  type ControlCommand,
  checkMatchMethod,
  commandMethod,
  controlProtocolVersion,
  type EndedParams,
  endedMethod,
  type FaultedParams,
  type FaultParams,
  type FaultResult,
  faultedMethod,
  faultMethod,
  type HandlerPlace,
  type HelloParams,
  type HelloResult,
  handlerMethod,
  helloMethod,
  messageBytesMax,
  type OutputsParams,
  type OutputsResult,
  outputsMethod,
  type PositionsParams,
  positionsMethod,
  type RecordsParams,
  type RecordsResult,
  type ReplayParams,
  type ReplayResult,
  recordsMethod,
  replayMethod,
} from '../protocol.ts'
import { FrameLimit, frameReader } from './frames.ts'

export interface LinkEvents {
  onCommand(command: ControlCommand): void
  records(params: RecordsParams): RecordsResult
  outputs(params: OutputsParams): OutputsResult
  checkMatch(params: CheckMatchParams): CheckMatchResult
  handler(): Promise<HandlerPlace | null>
  replay(params: ReplayParams): Promise<ReplayResult>
  fault(params: FaultParams): Promise<FaultResult>
  /** The link is gone: `reason` where it is more than a farewell. */
  onClosed(reason: string | undefined): void
}

/** What a slow or frozen editor may leave unread before states of a running pipeline are dropped. */
const unreadBytesMax = 1 << 18
const helloTimeoutMs = 5_000

export class ControlLink {
  readonly #socket: Socket
  readonly #connection: MessageConnection
  #isOpen = true

  private constructor(socket: Socket, connection: MessageConnection) {
    this.#socket = socket
    this.#connection = connection
  }

  /** @throws TidemarkError CONTROL_REFUSED: no editor there, or one that does not want us. */
  static async dial(
    path: string,
    hello: Omit<HelloParams, 'version'>,
    events: LinkEvents,
    clock: Clock,
  ): Promise<{ link: ControlLink; hello: HelloResult }> {
    const socket = createConnection(path)
    const frames = new FrameLimit(messageBytesMax)
    const connection = createMessageConnection(frameReader(frames), new StreamMessageWriter(socket))
    const link = new ControlLink(socket, connection)
    const closed = link.#follow(frames, events)
    const deadline = new AbortController()
    try {
      const answer = connection
        .sendRequest<HelloResult>(helloMethod, { ...hello, version: controlProtocolVersion })
        // An answer is the last word; without one, what the socket says about its end tells more than what a write to it says.
        .catch(async error =>
          Promise.reject(isAnswer(error) || !socket.destroyed ? error : new Error((await closed) ?? reasonOf(error))),
        )
      const late = pause(clock, helloTimeoutMs, deadline.signal).then(() =>
        Promise.reject(new Error('it did not answer the hello')),
      )
      const result = await Promise.race([
        answer,
        late,
        closed.then(reason => Promise.reject(new Error(reason ?? 'it hung up'))),
      ])
      if (result.version !== controlProtocolVersion)
        throw new Error(`it speaks version ${result.version}, this runtime ${controlProtocolVersion}`)
      void closed.then(reason => events.onClosed(reason))
      return { link, hello: result }
    } catch (error) {
      link.close()
      throw new TidemarkError('CONTROL_REFUSED', { reason: reasonOf(error) }, { cause: error })
    } finally {
      deadline.abort()
    }
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Told in any case when the pipeline stands still; while it runs, only as far as the editor keeps up. */
  state(state: BatchState): void {
    if (!this.#isOpen || (!state.isStopped && this.#socket.writableLength > unreadBytesMax)) return
    void this.#tell(batchMethod, state)
  }

  async positions(params: PositionsParams): Promise<void> {
    if (this.#isOpen) await this.#tell(positionsMethod, params)
  }

  /** Resolves when it has left this process. */
  async faulted(params: FaultedParams): Promise<void> {
    if (this.#isOpen) await this.#tell(faultedMethod, params)
  }

  /** The same from the midst of code that cannot wait, just before the process is killed: written past the stream, to the socket itself. */
  faultedNow(params: FaultedParams): void {
    const content = Buffer.from(JSON.stringify({ jsonrpc: '2.0', method: faultedMethod, params }))
    const frame = Buffer.concat([Buffer.from(`Content-Length: ${content.length}\r\n\r\n`), content])
    const descriptor = descriptorOf(this.#socket)
    // What the stream still holds would be cut in two by what passes it.
    if (descriptor === undefined || this.#socket.writableLength > 0) this.#socket.write(frame)
    else for (let at = 0; at < frame.length; ) at += writtenNow(descriptor, frame.subarray(at))
  }

  /** The farewell; resolves when it has left, or the link is gone. */
  async ended(params: EndedParams): Promise<void> {
    if (!this.#isOpen) return
    const closed = new Promise<void>(resolve => this.#socket.once('close', () => resolve()))
    await Promise.race([this.#tell(endedMethod, params), closed])
    await Promise.race([new Promise<void>(resolve => this.#socket.end(resolve)), closed])
    this.close()
  }

  close(): void {
    this.#socket.destroy()
  }

  async #tell(method: string, params: object): Promise<void> {
    await this.#connection.sendNotification(method, params).catch(() => this.close())
  }

  /** Resolves when the link has closed. */
  #follow(frames: FrameLimit, events: LinkEvents): Promise<string | undefined> {
    const connection = this.#connection
    let reason: string | undefined
    const end = (error: Error) => {
      reason ??= error.message
      this.#socket.destroy()
    }
    frames.on('error', end)
    // Why there is no connection, also where a write into it has failed before.
    this.#socket.on('error', error => {
      reason = error.message
    })
    connection.onError(([error]) => end(error))
    connection.onNotification(commandMethod, (command: ControlCommand) => events.onCommand(command))
    connection.onRequest(recordsMethod, (params: RecordsParams) => events.records(params))
    connection.onRequest(outputsMethod, (params: OutputsParams) => events.outputs(params))
    connection.onRequest(checkMatchMethod, (params: CheckMatchParams) => events.checkMatch(params))
    connection.onRequest(handlerMethod, () => events.handler())
    connection.onRequest(replayMethod, (params: ReplayParams) => events.replay(params))
    connection.onRequest(faultMethod, (params: FaultParams) => events.fault(params))
    this.#socket.pipe(frames)
    connection.listen()
    // A debugged pipeline ends when its work ends, not when the editor hangs up.
    this.#socket.unref()
    return new Promise(resolve =>
      this.#socket.on('close', () => {
        this.#isOpen = false
        const end = () => {
          connection.dispose()
          resolve(reason)
        }
        // Whoever refuses us says why and hangs up: what has come is heard first, and messages are heard a turn after they are read.
        const heard = () => setImmediate(() => setImmediate(end))
        if (frames.destroyed) heard()
        else frames.once('close', heard).end()
      }),
    )
  }
}

/** What the connection says on this side, in the form of an answer. */
const ownCodes: ReadonlySet<number> = new Set([
  ErrorCodes.PendingResponseRejected,
  ErrorCodes.MessageWriteError,
  ErrorCodes.MessageReadError,
  ErrorCodes.ConnectionInactive,
])

/** Told by the other end, and not by the connection when it ends. */
function isAnswer(error: unknown): boolean {
  return error instanceof ResponseError && !ownCodes.has(error.code)
}

/** The file descriptor under a socket, where the system has one. */
function descriptorOf(socket: Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, '_handle')
  const descriptor: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined
  return typeof descriptor === 'number' && descriptor >= 0 ? descriptor : undefined
}

/** The socket does not block: an editor that reads slowly is waited for. */
function writtenNow(descriptor: number, bytes: Buffer): number {
  try {
    return writeSync(descriptor, bytes)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0
    return bytes.length
  }
}
