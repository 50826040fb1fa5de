/** Finding ports that nobody listens on. */
import { connect, createServer } from 'node:net'
import { LocalKafkaError } from './errors.ts'

const host = '127.0.0.1'
export const defaultPort = 9092

/**
 * Ports for `brokers` listeners: consecutive from the asked one (0: any free ones), else from 9092, else any free ones.
 * @throws {LocalKafkaError} PORT_TAKEN when a port was asked for and somebody listens there.
 */
export async function chooseClientPorts(brokers: number, askedPort: number | undefined): Promise<number[]> {
  const row = (first: number) => Array.from({ length: brokers }, (_, i) => first + i)
  if (askedPort === 0) return freePorts(brokers)
  const taken = await firstTaken(row(askedPort ?? defaultPort))
  if (taken === undefined) return row(askedPort ?? defaultPort)
  if (askedPort !== undefined) throw new LocalKafkaError('PORT_TAKEN', { port: taken })
  return freePorts(brokers)
}

/** Ports the system says are free; all held open until the last is known, so that no two are equal. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)))
  const ports = servers.map(server => {
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
    return address.port
  })
  await Promise.all(servers.map(server => new Promise(closed => server.close(closed))))
  return ports
}

async function firstTaken(ports: readonly number[]): Promise<number | undefined> {
  const free = await Promise.all(ports.map(isFree))
  return ports.find((_, i) => !free[i])
}

/** Binding alone is not proof: on macOS one may bind 127.0.0.1 beside a listener on all addresses. */
async function isFree(port: number): Promise<boolean> {
  if (port > 65_535) return false
  if (await accepts(port)) return false
  try {
    const server = await listen(port)
    await new Promise(closed => server.close(closed))
    return true
  } catch {
    return false
  }
}

function listen(port: number) {
  return new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port, host, exclusive: true }, () => resolve(server))
  })
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ port, host, timeout: 1_000 })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })
}
