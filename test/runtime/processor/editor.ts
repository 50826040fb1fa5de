/** An editor in miniature: listens where a pipeline dials, speaks the control protocol, and remembers what it was told. */
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import {
  createMessageConnection,
  type MessageConnection,
  ResponseError,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node'
import { frameReader } from '../../../runtime/src/control/frames.ts'
import {
  type BatchPhase,
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
  handlerMethod,
  helloMethod,
  type OutputsParams,
  type OutputsResult,
  outputsMethod,
  type PositionsParams,
  positionsMethod,
  type RecordsResult,
  type ReplayParams,
  type ReplayResult,
  recordsMethod,
  replayMethod,
} from '../../../runtime/src/protocol.ts'
import { tempFolder } from '../../harness/folders.ts'
import type { Scope } from '../../harness/scope.ts'
import { until } from '../../harness/until.ts'

export interface TestEditor {
  readonly environment: { readonly TIDEMARK_CONTROL: string; readonly TIDEMARK_CONTROL_TOKEN: string }
  readonly hellos: readonly HelloParams[]
  readonly states: readonly BatchState[]
  readonly ended: EndedParams | undefined
  command(command: ControlCommand): void
  /** Resolves with the state at which the pipeline stands, when it stands there. */
  stoppedAt(phase: BatchPhase, after?: BatchState): Promise<BatchState>
  records(batchId: string, from: number, count: number): Promise<RecordsResult>
  outputs(params: OutputsParams): Promise<OutputsResult>
  replay(params: ReplayParams): Promise<ReplayResult>
  fault(fault: FaultParams['fault']): Promise<FaultResult>
  handler(): Promise<HandlerPlace | null>
  checkMatch(expression: string): Promise<string | null>
  readonly faulted: readonly FaultedParams[]
  readonly positions: readonly PositionsParams[]
  /** Dies as a crashed editor does. */
  die(): void
  /** Sends bytes as they are. */
  garble(bytes: Buffer): void
}

export async function openEditor(
  t: Scope,
  options: { readonly stopAtStart: boolean; readonly version?: number; readonly token?: string },
): Promise<TestEditor> {
  const path = join(await tempFolder(t), 'control')
  const token = 'one-time'
  const hellos: HelloParams[] = []
  const states: BatchState[] = []
  const faulted: FaultedParams[] = []
  const positions: PositionsParams[] = []
  let ended: EndedParams | undefined
  let connection: MessageConnection | undefined
  let socket: Socket | undefined
  const server = createServer(dialled => {
    socket = dialled
    dialled.on('error', () => {})
    connection = createMessageConnection(frameReader(dialled), new StreamMessageWriter(dialled))
    connection.onError(() => {})
    connection.onRequest(helloMethod, (hello: HelloParams) => {
      hellos.push(hello)
      if (hello.token !== (options.token ?? token)) return new ResponseError(-32_001, 'The token is wrong.')
      return { version: options.version ?? controlProtocolVersion, stopAtStart: options.stopAtStart }
    })
    connection.onNotification(batchMethod, (state: BatchState) => void states.push(state))
    connection.onNotification(faultedMethod, (params: FaultedParams) => void faulted.push(params))
    connection.onNotification(positionsMethod, (params: PositionsParams) => void positions.push(params))
    connection.onNotification(endedMethod, (params: EndedParams) => {
      ended = params
    })
    connection.listen()
  })
  await new Promise<void>(resolve => server.listen(path, resolve))
  t.after(() => {
    socket?.destroy()
    server.close()
  })
  const ask = async <Result>(method: string, params: object): Promise<Result> => {
    if (!connection) throw new Error('no pipeline is connected')
    return connection.sendRequest<Result>(method, params)
  }
  return {
    environment: { TIDEMARK_CONTROL: path, TIDEMARK_CONTROL_TOKEN: token },
    hellos,
    states,
    get ended() {
      return ended
    },
    command: command => void connection?.sendNotification(commandMethod, command),
    stoppedAt: (phase, after) =>
      until(`the pipeline stands at ${phase}`, () => {
        const last = states.at(-1)
        return last?.isStopped && last.phase === phase && last !== after ? last : undefined
      }),
    records: (batchId, from, count) => ask(recordsMethod, { batchId, from, count }),
    outputs: params => ask(outputsMethod, params),
    replay: params => ask(replayMethod, params),
    fault: fault => ask(faultMethod, { fault }),
    handler: () => ask(handlerMethod, {}),
    checkMatch: async expression => (await ask<CheckMatchResult>(checkMatchMethod, { expression })).error,
    faulted,
    positions,
    die: () => socket?.destroy(),
    garble: bytes => void socket?.write(bytes),
  }
}
