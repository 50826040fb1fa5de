/** The editor's end of the control link, for VS Code and for the terminal: a private socket, one pipeline, one token. */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createMessageConnection,
  type MessageConnection,
  ResponseError,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node'
import {
  type BatchState,
  batchMethod,
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

export { endScratchGroup } from './scratchEnd.ts'
export { scratchGroupName } from './scratchName.ts'

/** A dialler that has not said a valid hello by then is hung up on. */
const helloTimeoutMs = 10_000
/** Diallers that may stand in the door at once; more are hung up on. */
const strangersMax = 8

const refusal = { token: -32_001, version: -32_002, taken: -32_003 } as const

export interface ControlEvents {
  readonly stopAtStart: boolean
  onHello(hello: HelloParams): void
  onBatch(state: BatchState): void
  onPositions(params: PositionsParams): void
  /** A fault is about to happen, or has: where the process dies of it, this is its last word. */
  onFaulted(params: FaultedParams): void
  onEnded(params: EndedParams): void
  /** The pipeline hung up, or broke the protocol; `reason` is for the log. */
  onClosed(reason: string | undefined): void
}

export interface ControlServer {
  /** Value of `TIDEMARK_CONTROL`: path of the socket or named pipe. */
  readonly path: string
  /** Value of `TIDEMARK_CONTROL_TOKEN`. */
  readonly token: string
  send(command: ControlCommand): void
  readonly ask: PipelineQuestions
  close(): Promise<void>
}

/** What a connected pipeline can be asked. Each rejects when no pipeline is connected, or with what the pipeline answers. */
export interface PipelineQuestions {
  /** A window of the records of a batch. @throws it does not know the batch any more. */
  records(params: RecordsParams): Promise<RecordsResult>
  outputs(params: OutputsParams): Promise<OutputsResult>
  /** `null`: the place is not known. */
  handler(): Promise<HandlerPlace | null>
  /** Resolves when the replay is over. @throws it cannot replay now: the message says why. */
  replay(params: ReplayParams): Promise<ReplayResult>
  fault(params: FaultParams): Promise<FaultResult>
  checkMatch(expression: string): Promise<CheckMatchResult>
}

/**
 * Listens for one pipeline.
 *
 * Who can dial: only this user (the folder of the socket has mode 0700; a named pipe's name is unguessable). Who gets in:
 * the first one with the token; the token is spent then, so that a child process that inherited the variables cannot
 * take the link over. Everything else is answered with an error that says why, and hung up on.
 */
export async function listenForPipeline(events: ControlEvents): Promise<ControlServer> {
  const folder = process.platform === 'win32' ? undefined : await mkdtemp(join(tmpdir(), 'tidemark-'))
  const path = folder ? join(folder, 'control') : `\\\\.\\pipe\\tidemark-${randomBytes(16).toString('hex')}`
  const link = new Link(randomBytes(32).toString('hex'), events)
  const server = createServer(socket => link.receive(socket))
  await listening(server, path)
  return {
    path,
    token: link.token,
    send: command => link.send(command),
    ask: link.ask,
    close: async () => {
      link.close()
      await new Promise<void>(done => server.close(() => done()))
      if (folder) await rm(folder, { recursive: true, force: true })
    },
  }
}

class Link {
  readonly token: string
  readonly #events: ControlEvents
  readonly #sockets = new Set<Socket>()
  readonly ask: PipelineQuestions = {
    records: params => this.#request(recordsMethod, params),
    outputs: params => this.#request(outputsMethod, params),
    handler: () => this.#request(handlerMethod),
    replay: params => this.#request(replayMethod, params),
    fault: params => this.#request(faultMethod, params),
    checkMatch: expression => this.#request(checkMatchMethod, { expression }),
  }
  #pipeline: MessageConnection | undefined
  #isTokenSpent = false

  constructor(token: string, events: ControlEvents) {
    this.token = token
    this.#events = events
  }

  receive(socket: Socket): void {
    if (this.#sockets.size >= strangersMax) {
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    const frames = new FrameLimit(messageBytesMax)
    const writer = new StreamMessageWriter(socket)
    const connection = createMessageConnection(frameReader(frames), writer)
    const timer = setTimeout(() => socket.destroy(), helloTimeoutMs)
    let reason: string | undefined
    frames.on('error', error => {
      reason = error.message
      socket.destroy()
    })
    socket.on('error', error => {
      reason = error.message
    })
    socket.on('close', () => {
      clearTimeout(timer)
      this.#sockets.delete(socket)
      connection.dispose()
      if (this.#pipeline !== connection) return
      this.#pipeline = undefined
      this.#events.onClosed(reason)
    })
    connection.onError(([error]) => {
      reason = error.message
      socket.destroy()
    })
    connection.onRequest(helloMethod, (hello: HelloParams) => {
      const refused = this.#refuse(hello)
      if (refused) {
        hangUpAfterNext(writer, socket)
        return refused
      }
      clearTimeout(timer)
      return this.#accept(connection, hello)
    })
    socket.pipe(frames)
    connection.listen()
  }

  send(command: ControlCommand): void {
    void this.#pipeline?.sendNotification(commandMethod, command)
  }

  async #request<Result>(method: string, params?: object): Promise<Result> {
    if (!this.#pipeline) throw new Error('No pipeline is connected.')
    return params ? this.#pipeline.sendRequest(method, params) : this.#pipeline.sendRequest(method)
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #refuse(hello: HelloParams): ResponseError | undefined {
    if (!isSameText(hello?.token, this.token)) return new ResponseError(refusal.token, 'The token is wrong.')
    if (this.#isTokenSpent) return new ResponseError(refusal.taken, 'A pipeline is attached to this debug run already.')
    if (hello.version !== controlProtocolVersion)
      return new ResponseError(
        refusal.version,
        `The pipeline's @tidemark/runtime speaks control protocol ${hello.version}, the editor ${controlProtocolVersion}. Use versions that belong together.`,
      )
    return undefined
  }

  #accept(connection: MessageConnection, hello: HelloParams): HelloResult {
    this.#isTokenSpent = true
    this.#pipeline = connection
    connection.onNotification(batchMethod, (state: BatchState) => this.#events.onBatch(state))
    connection.onNotification(positionsMethod, (params: PositionsParams) => this.#events.onPositions(params))
    connection.onNotification(faultedMethod, (params: FaultedParams) => this.#events.onFaulted(params))
    connection.onNotification(endedMethod, (params: EndedParams) => this.#events.onEnded(params))
    this.#events.onHello(hello)
    return { version: controlProtocolVersion, stopAtStart: this.#events.stopAtStart }
  }
}

/** A stranger is told why, and only then hung up on. */
function hangUpAfterNext(writer: StreamMessageWriter, socket: Socket): void {
  const write = writer.write.bind(writer)
  writer.write = async message => {
    await write(message)
    socket.end()
  }
}

function isSameText(given: unknown, expected: string): boolean {
  if (typeof given !== 'string' || given.length !== expected.length) return false
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected))
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', failed)
    server.listen(path, done)
  })
}
