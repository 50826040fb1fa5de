/**
 * Asking a broker whether it serves: real requests, since an open port only proves that a process has begun.
 *
 * Kafka's protocol guide: a request is size, api key, api version, correlation id, client id, body. Nothing is imported
 * here, so that the extension can start a broker before any Kafka client is loaded.
 */
import { connect } from 'node:net'

const answerBytesMax = 1 << 20

/**
 * Node ids of the brokers that the one at `port` knows (Metadata v4 for no topics).
 * @throws the socket's error, or one that says what was answered instead.
 */
export async function askBrokers(port: number, timeoutMs: number, host = '127.0.0.1'): Promise<number[]> {
  const noTopicsNoCreation = Buffer.from([0, 0, 0, 0, 0])
  const body = await ask({ apiKey: 3, apiVersion: 4, body: noTopicsNoCreation }, port, host, timeoutMs)
  let at = 4 // throttle time
  const count = body.readInt32BE(at)
  at += 4
  const nodeIds: number[] = []
  for (let i = 0; i < count; i++) {
    nodeIds.push(body.readInt32BE(at))
    at += 4
    at += 2 + body.readInt16BE(at) + 4 // host, port
    at += 2 + Math.max(0, body.readInt16BE(at)) // rack
  }
  return nodeIds
}

/**
 * Whether a group coordinator answers (FindCoordinator v1). The first question makes the broker create `__consumer_offsets`,
 * so that a user's first consumer does not meet COORDINATOR_NOT_AVAILABLE.
 */
export async function hasCoordinator(port: number, timeoutMs: number, host = '127.0.0.1'): Promise<boolean> {
  const key = Buffer.from('tidemark')
  const body = Buffer.concat([Buffer.from([0, key.length]), key, Buffer.from([0])])
  const answer = await ask({ apiKey: 10, apiVersion: 1, body }, port, host, timeoutMs)
  return answer.readInt16BE(4) === 0
}

function ask(
  { apiKey, apiVersion, body }: { apiKey: number; apiVersion: number; body: Buffer },
  port: number,
  host: string,
  timeoutMs: number,
): Promise<Buffer> {
  const clientId = Buffer.from('tidemark')
  const head = Buffer.alloc(14)
  head.writeInt32BE(10 + clientId.length + body.length, 0)
  head.writeInt16BE(apiKey, 4)
  head.writeInt16BE(apiVersion, 6)
  head.writeInt16BE(clientId.length, 12)
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host, timeout: timeoutMs })
    let received: Buffer = Buffer.alloc(0)
    const fail = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.once('connect', () => socket.write(Buffer.concat([head, clientId, body])))
    socket.once('error', fail)
    socket.once('timeout', () => fail(new Error(`no answer from ${host}:${port} within ${timeoutMs} ms`)))
    socket.once('close', () => fail(new Error(`${host}:${port} closed the connection`)))
    socket.on('data', chunk => {
      received = Buffer.concat([received, chunk])
      if (received.length < 4) return
      const size = received.readInt32BE(0)
      if (size < 8 || size > answerBytesMax) return fail(new Error(`${host}:${port} does not speak Kafka`))
      if (received.length < 4 + size) return
      resolve(received.subarray(8, 4 + size))
      socket.destroy()
    })
  })
}
