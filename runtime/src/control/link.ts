/**
 * The pipeline's end of the control link: dials the editor's private socket, and follows its commands.
 *
 * Whatever goes wrong with the link, the pipeline goes on: a wrong token, another version, garbage, an editor that died. What was held
 * at a phase is let go then.
 */
import { createConnection, type Socket } from 'node:net'
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node'
import { type Clock, pause } from '../clock.ts'
import { reasonOf, TidemarkError } from '../errors.ts'
import {
  type BatchState,
  batchMethod,
  type ControlCommand,
  commandMethod,
  controlProtocolVersion,
  type EndedParams,
  endedMethod,
  type HelloParams,
  type HelloResult,
  helloMethod,
  messageBytesMax,
  type RecordsParams,
  type RecordsResult,
  recordsMethod,
} from '../protocol.ts'
import { FrameLimit } from './frames.ts'

export interface LinkEvents {
  onCommand(command: ControlCommand): void
  records(params: RecordsParams): RecordsResult
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
    const connection = createMessageConnection(new StreamMessageReader(frames), new StreamMessageWriter(socket))
    const link = new ControlLink(socket, connection)
    const closed = link.#follow(frames, events)
    const deadline = new AbortController()
    try {
      const answer = connection
        .sendRequest<HelloResult>(helloMethod, { ...hello, version: controlProtocolVersion })
        // What the socket says about its end tells more than what a write to it says.
        .catch(async error => Promise.reject(socket.destroyed ? new Error((await closed) ?? reasonOf(error)) : error))
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

  async #tell(method: string, params: BatchState | EndedParams): Promise<void> {
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
    this.#socket.on('error', end)
    connection.onError(([error]) => end(error))
    connection.onNotification(commandMethod, (command: ControlCommand) => events.onCommand(command))
    connection.onRequest(recordsMethod, (params: RecordsParams) => events.records(params))
    this.#socket.pipe(frames)
    connection.listen()
    // A debugged pipeline ends when its work ends, not when the editor hangs up.
    this.#socket.unref()
    return new Promise(resolve =>
      this.#socket.on('close', () => {
        this.#isOpen = false
        connection.dispose()
        resolve(reason)
      }),
    )
  }
}
