/**
 * A TCP proxy that understands just enough of Kafka's framing to lose a reply or cut a connection at a chosen request.
 *
 * Brokers name themselves in their answers, so the proxy puts its own port in place of the broker's wherever an answer
 * holds `127.0.0.1` followed by that port; clients stay behind it.
 */
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import type { Scope } from './scope.ts'

export interface ProxiedRequest {
  readonly apiKey: number
  readonly apiVersion: number
  /** How many requests of this api key came before it, over all connections. */
  readonly index: number
}

/**
 * - `pass`: forward, and bring the answer back
 * - `cut`: cut the connection without forwarding: the broker never hears of it
 * - `loseReply`: forward, then cut the connection when the answer comes: the broker has acted, the client cannot know
 */
export type Verdict = 'pass' | 'cut' | 'loseReply'

export interface KafkaProxy {
  /** Where clients connect: one proxy port a broker. */
  readonly brokers: string[]
  /** Judges each request from now on. */
  judge(verdict: (request: ProxiedRequest) => Verdict): void
  /** How many requests of this api key were forwarded or cut. */
  seen(apiKey: number): number
  /** Cuts every connection now. */
  cutAll(): void
}

/** Names of the api keys that tests aim at. */
export const apiKeys = {
  produce: 0,
  fetch: 1,
  offsetCommit: 8,
  joinGroup: 11,
  heartbeat: 12,
  endTxn: 26,
  txnOffsetCommit: 28,
} as const

export async function useProxy(t: Scope, brokers: readonly string[]): Promise<KafkaProxy> {
  const state = new ProxyState()
  const servers = brokers.map(broker => createServer(client => state.connect(client, portOf(broker))))
  for (const [index, server] of servers.entries()) state.know(portOf(brokers[index] as string), await listen(server))
  t.after(() => {
    state.cutAll()
    for (const server of servers) server.close()
  })
  return {
    brokers: brokers.map(broker => `127.0.0.1:${state.proxyPort(portOf(broker))}`),
    judge: verdict => {
      state.verdict = verdict
    },
    seen: apiKey => state.counts.get(apiKey) ?? 0,
    cutAll: () => state.cutAll(),
  }
}

class ProxyState {
  verdict: (request: ProxiedRequest) => Verdict = () => 'pass'
  readonly counts = new Map<number, number>()
  readonly #ports = new Map<number, number>()
  readonly #sockets = new Set<Socket>()

  know(brokerPort: number, proxyPort: number): void {
    this.#ports.set(brokerPort, proxyPort)
  }

  proxyPort(brokerPort: number): number {
    return this.#ports.get(brokerPort) as number
  }

  connect(client: Socket, brokerPort: number): void {
    const broker = createConnection({ host: '127.0.0.1', port: brokerPort })
    // Answers come in the order of the requests: what is to become of the next answer is the first in here.
    const verdicts: Verdict[] = []
    const cut = () => {
      for (const socket of [client, broker]) {
        socket.destroy()
        this.#sockets.delete(socket)
      }
    }
    for (const socket of [client, broker]) {
      this.#sockets.add(socket)
      socket.on('error', cut).on('close', cut)
    }
    client.on(
      'data',
      frames(frame => {
        const verdict = this.#judge(frame)
        if (verdict === 'cut') return cut()
        verdicts.push(verdict)
        broker.write(frame)
      }),
    )
    broker.on(
      'data',
      frames(frame => {
        if (verdicts.shift() === 'loseReply') return cut()
        client.write(this.#renamed(frame))
      }),
    )
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#sockets.clear()
  }

  #judge(frame: Buffer): Verdict {
    const apiKey = frame.readInt16BE(4)
    const index = this.counts.get(apiKey) ?? 0
    this.counts.set(apiKey, index + 1)
    return this.verdict({ apiKey, apiVersion: frame.readInt16BE(6), index })
  }

  #renamed(frame: Buffer): Buffer {
    for (const [brokerPort, proxyPort] of this.#ports) {
      const name = Buffer.concat([Buffer.from('127.0.0.1'), int32(brokerPort)])
      for (let at = frame.indexOf(name); at >= 0; at = frame.indexOf(name, at + 1))
        frame.writeInt32BE(proxyPort, at + name.length - 4)
    }
    return frame
  }
}

/** Cuts a stream of chunks into frames: a 32-bit length and that many bytes. */
function frames(onFrame: (frame: Buffer) => void): (chunk: Buffer) => void {
  let held: Buffer[] = []
  let heldBytes = 0
  return chunk => {
    held.push(chunk)
    heldBytes += chunk.length
    for (;;) {
      if (heldBytes < 4) return
      if ((held[0] as Buffer).length < 4) held = [Buffer.concat(held)]
      const size = 4 + (held[0] as Buffer).readInt32BE(0)
      if (heldBytes < size) return
      const all = held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held)
      held = [all.subarray(size)]
      heldBytes -= size
      onFrame(all.subarray(0, size))
    }
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (typeof address === 'object' && address) resolve(address.port)
    })
  })
}

function portOf(broker: string): number {
  return Number(broker.slice(broker.lastIndexOf(':') + 1))
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
