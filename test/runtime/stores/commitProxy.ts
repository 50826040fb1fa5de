/** A TCP proxy before a store's server that knows one message, the commit, and can lose it or its reply. */
import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import type { Scope } from '../../harness/scope.ts'

/** `loseRequest`: COMMIT never arrives. `loseReply`: it is done, and nobody hears of it. `hang`: neither an answer nor an end. */
export type CommitFate = 'pass' | 'loseRequest' | 'loseReply' | 'hang'

export interface CommitProxy {
  readonly port: number
  /** What happens to the next COMMIT; the ones after it pass. */
  next(fate: CommitFate): void
  cutAll(): void
  /** Whether new connections are closed at once. */
  refuse(isRefusing: boolean): void
}

/** PostgreSQL: type byte, length, text, zero (protocol 3.0, message `Query`). */
const postgresCommit = Buffer.from('Q\0\0\0\x0bcommit\0', 'latin1')

export const isCommit = {
  postgres: (chunk: Buffer): boolean => chunk.includes(postgresCommit),
  /** ZooKeeper: length, xid, type; 14 is `multi`. */
  zookeeper: (chunk: Buffer): boolean => chunk.length > 12 && chunk.readInt32BE(8) === 14,
}

export async function useCommitProxy(
  t: Scope,
  serverPort: number,
  isAimed: (chunk: Buffer) => boolean,
): Promise<CommitProxy> {
  const sockets = new Set<Socket>()
  let fate: CommitFate = 'pass'
  let isRefusing = false
  const proxy = createServer(client => {
    if (isRefusing) return void client.destroy()
    const server = createConnection({ host: '127.0.0.1', port: serverPort })
    const cut = (): void => {
      for (const socket of [client, server]) {
        socket.destroy()
        sockets.delete(socket)
      }
    }
    let isReplyLost = false
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', cut).on('close', cut)
    }
    client.on('data', chunk => {
      if (fate !== 'pass' && isAimed(chunk)) {
        const decided = fate
        fate = 'pass'
        if (decided === 'loseRequest') return cut()
        if (decided === 'hang') return
        isReplyLost = true
      }
      server.write(chunk)
    })
    server.on('data', chunk => {
      if (isReplyLost) return cut()
      client.write(chunk)
    })
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  t.after(() => {
    cutAll()
    proxy.close()
  })
  const address = proxy.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    next: wanted => {
      fate = wanted
    },
    cutAll,
    refuse: wanted => {
      isRefusing = wanted
    },
  }
}
