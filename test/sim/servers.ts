/** A simulated cluster over real sockets: one listener a broker, Kafka's own framing. */
import { createServer, type Server, type Socket } from 'node:net'
import { WireReader, WireWriter } from '../../runtime/src/clients/kafka-protocol/wire.ts'
import { apis } from './answers.ts'
import { ClusterModel, type ClusterSize } from './model.ts'

export interface SimulatedCluster {
  readonly brokers: readonly string[]
  /** Requests answered so far, by api key. */
  readonly requests: ReadonlyMap<number, number>
  close(): Promise<void>
}

export async function startSimulatedCluster(size: ClusterSize): Promise<SimulatedCluster> {
  const model = new ClusterModel(size)
  const requests = new Map<number, number>()
  const sockets = new Set<Socket>()
  const startedMs = performance.now()
  const ports: number[] = []
  const answer = (nodeId: number, frame: Buffer) => {
    const apiKey = frame.readInt16BE(0)
    requests.set(apiKey, (requests.get(apiKey) ?? 0) + 1)
    return respond(model, nodeId, ports, performance.now() - startedMs, frame)
  }
  const servers = await Promise.all(
    Array.from({ length: size.brokers }, (_, i) =>
      listen(socket => serve(socket, frame => answer(i + 1, frame), sockets)),
    ),
  )
  for (const server of servers) ports.push((server.address() as { port: number }).port)
  return {
    brokers: ports.map(port => `127.0.0.1:${port}`),
    requests,
    async close() {
      for (const socket of sockets) socket.destroy()
      await Promise.all(servers.map(server => new Promise(closed => server.close(closed))))
    },
  }
}

function listen(onSocket: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(onSocket)
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}

function serve(socket: Socket, answer: (frame: Buffer) => Buffer, sockets: Set<Socket>): void {
  sockets.add(socket)
  let pending: Buffer = Buffer.alloc(0)
  socket.setNoDelay(true)
  socket.on('close', () => sockets.delete(socket))
  socket.on('error', () => socket.destroy())
  socket.on('data', chunk => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
      const size = pending.readInt32BE(0)
      socket.write(answer(pending.subarray(4, 4 + size)))
      pending = pending.subarray(4 + size)
    }
  })
}

/** Size, correlation id, the header's tags where the version has them, body. */
function respond(
  model: ClusterModel,
  nodeId: number,
  ports: readonly number[],
  elapsedMs: number,
  frame: Buffer,
): Buffer {
  const [apiKey, version] = [frame.readInt16BE(0), frame.readInt16BE(2)]
  const api = apis.get(apiKey)
  if (!api || (apiKey !== 18 && (version < api.min || version > api.max)))
    throw new Error(`request ${apiKey} version ${version} is not simulated`)
  const isFlexible = version >= api.flexibleFrom
  const clientIdBytes = Math.max(0, frame.readInt16BE(8))
  const body = frame.subarray(10 + clientIdBytes + (isFlexible ? 1 : 0))
  const answer = new WireWriter(isFlexible, 64 << 10)
  api.respond({
    model,
    nodeId,
    ports,
    elapsedMs,
    version,
    request: new WireReader(body, isFlexible),
    answer,
    isNullFirst: body[0] === 0,
  })
  const head = Buffer.alloc(isFlexible ? 9 : 8)
  head.writeInt32BE(head.length - 4 + answer.written.length, 0)
  frame.copy(head, 4, 4, 8)
  return Buffer.concat([head, answer.written])
}
