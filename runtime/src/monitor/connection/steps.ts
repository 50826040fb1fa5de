/** The single steps of reaching a broker, each with what its failure usually means. */
import { lookup } from 'node:dns/promises'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { codeName } from '../../clients/kafka-protocol/errorCodes.ts'
import { WireReader, WireWriter } from '../../clients/kafka-protocol/wire.ts'
import type { BrokerPlace, SaslConfig, TlsConfig } from './config.ts'
import { tlsOptions } from './connectCluster.ts'

const timeoutMs = 5_000
const answerBytesMax = 1 << 20

/** A step that failed: what was seen, and what to try. */
export class StepError extends Error {
  readonly tryThis: string

  constructor(message: string, tryThis: string) {
    super(message)
    this.tryThis = tryThis
  }
}

/** @returns the addresses. */
export async function resolveName({ host }: BrokerPlace): Promise<string> {
  if (isIP(host)) return `${host} is an address`
  try {
    const found = await lookup(host, { all: true })
    return found.map(({ address }) => address).join(', ')
  } catch (error) {
    const tryThis =
      'Check the spelling; inside a company the name may only be known on its network or VPN; a name inside Docker is not known outside.'
    throw new StepError(`no address is known for '${host}' (${codeOf(error)})`, tryThis)
  }
}

export async function openTcp({ host, port }: BrokerPlace): Promise<Socket> {
  const socket = connectTcp({ host, port })
  try {
    await settled(socket, 'connect', `no connection within ${timeoutMs / 1_000} s`)
    return socket
  } catch (error) {
    socket.destroy()
    const code = codeOf(error)
    const tryThis =
      code === 'ECONNREFUSED'
        ? 'Nothing listens there: is the broker running, and is it this port?'
        : 'A firewall, VPN or proxy may stand between; is the address reachable from this machine at all?'
    throw new StepError(`${host}:${port}: ${code}`, tryThis)
  }
}

/** @returns the socket to speak over, encrypted. */
export async function startTls(socket: Socket, { host }: BrokerPlace, tls: TlsConfig): Promise<Socket> {
  let secure: Socket | undefined
  try {
    const servername = isIP(host) ? {} : { servername: host }
    secure = connectTls({ ...tlsOptions(tls), socket, host, ...servername })
    await settled(secure, 'secureConnect', `no TLS handshake within ${timeoutMs / 1_000} s`)
    return secure
  } catch (error) {
    secure?.destroy()
    socket.destroy()
    throw tlsFailure(error, host)
  }
}

/** Asks which versions the broker speaks: before any login, and so a proof that Kafka listens there. */
export async function askVersions(socket: Socket, tls: TlsConfig | undefined): Promise<string> {
  try {
    const body = await exchange(socket, 18, 0, () => {})
    const errorCode = body.int16()
    if (errorCode !== 0) throw new Error(codeName(errorCode))
    const versions = body.array(() => [body.int16(), body.int16(), body.int16()])
    return `Kafka answers with ${versions.length} kinds of requests`
  } catch (error) {
    const reason = reasonText(error)
    if (/ALERT|alert/.test(reason)) throw tlsFailure(error, '')
    const tryThis = tls
      ? 'Does this listener want a client certificate, or is it not Kafka at all?'
      : 'This listener may expect TLS, or it is not Kafka at all (a REST proxy, ZooKeeper, a web server).'
    throw new StepError(`no answer that Kafka would give: ${reason}`, tryThis)
  }
}

/** Asks whether the mechanism is offered; the login itself follows elsewhere. */
export async function askMechanism(socket: Socket, { mechanism }: SaslConfig): Promise<string> {
  const name = mechanism.toUpperCase()
  try {
    const body = await exchange(socket, 17, 1, writer => writer.string(name))
    const errorCode = body.int16()
    const offered = body.array(() => body.string())
    if (errorCode === 0) return `${name} is offered`
    if (offered.length === 0) throw new Error('it offers no mechanism')
    throw new StepError(
      `the listener does not offer ${name} but ${offered.join(', ')}`,
      `Choose one of ${offered.join(', ')}.`,
    )
  } catch (error) {
    if (error instanceof StepError) throw error
    throw new StepError(
      `the listener does not speak of SASL: ${reasonText(error)}`,
      'It may need no login at all: leave the mechanism out, or use the port of the listener that does.',
    )
  }
}

async function exchange(
  socket: Socket,
  apiKey: number,
  version: number,
  encode: (writer: WireWriter) => void,
): Promise<WireReader> {
  const writer = new WireWriter(false)
  writer.int16(apiKey).int16(version).int32(1).string('tidemark')
  encode(writer)
  const size = Buffer.alloc(4)
  size.writeInt32BE(writer.written.length)
  const answer = received(socket)
  socket.write(Buffer.concat([size, writer.written]))
  return new WireReader((await answer).subarray(4), false)
}

function received(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0)
    const end = (outcome: Buffer | Error) => {
      clearTimeout(timer)
      socket.removeAllListeners('data').removeAllListeners('error').removeAllListeners('close')
      if (outcome instanceof Error) reject(outcome)
      else resolve(outcome)
    }
    const timer = setTimeout(() => end(new Error(`silence for ${timeoutMs / 1_000} s`)), timeoutMs)
    socket.once('error', end)
    socket.once('close', () => end(new Error('the connection was closed')))
    socket.on('data', chunk => {
      bytes = Buffer.concat([bytes, chunk])
      if (bytes.length < 4) return
      const size = bytes.readInt32BE(0)
      if (size < 4 || size > answerBytesMax)
        end(new Error(`bytes that are not Kafka's (${JSON.stringify(bytes.toString('latin1', 0, 24))})`))
      else if (bytes.length >= 4 + size) end(bytes.subarray(4, 4 + size))
    })
  })
}

function settled(socket: Socket, event: 'connect' | 'secureConnect', late: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(Object.assign(new Error(late), { code: 'ETIMEDOUT' })), timeoutMs)
    const fail = (error: Error) => {
      clearTimeout(timer)
      reject(error)
    }
    const closed = () => fail(Object.assign(new Error('the other side closed the connection'), { code: 'ECONNRESET' }))
    socket.once('error', fail).once('close', closed)
    socket.once(event, () => {
      clearTimeout(timer)
      socket.off('error', fail).off('close', closed)
      resolve()
    })
  })
}

/** Node's and OpenSSL's codes in words. */
function tlsFailure(error: unknown, host: string): StepError {
  const code = codeOf(error)
  const reason = reasonText(error)
  const means = tlsMeanings.find(([pattern]) => pattern.test(`${code} ${reason}`))
  return new StepError(
    `${reason}${reason.includes(code) ? '' : ` (${code})`}`,
    means?.[1](host) ?? 'Is this the TLS listener, and are the certificates the right ones?',
  )
}

const tlsMeanings: readonly (readonly [RegExp, (host: string) => string])[] = [
  [
    /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/,
    () => "This machine does not know who signed the broker's certificate: give the authority's certificate (CA).",
  ],
  [
    /ALTNAME/,
    host => `The broker's certificate is for other names than '${host}': use one of them, or have it issued anew.`,
  ],
  [
    /EXPIRED|NOT_YET_VALID/,
    () => "The broker's certificate is not valid today: renew it, or look at this machine's clock.",
  ],
  [
    /BAD_DECRYPT|INTERRUPTED|bad decrypt|passphrase|bad password/i,
    () => 'The key is encrypted: give its passphrase, or the right one.',
  ],
  [/KEY_VALUES_MISMATCH|key values mismatch/i, () => 'Key and certificate do not belong together.'],
  [
    /PEM|DECODER|no start line/i,
    () => 'A certificate or key is not in PEM form (a Java keystore must be converted first).',
  ],
  [
    /CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|alert (certificate|unknown|bad)/i,
    () => 'The broker wants a client certificate, or does not accept this one: give one that its authority has signed.',
  ],
  [
    /WRONG_VERSION|EPROTO|ECONNRESET|packet length/,
    () => 'This listener does not seem to speak TLS: is it the plaintext port?',
  ],
]

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? reasonText(error)
}

function reasonText(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error)
}
