/** The single steps of reaching a broker, each with what its failure usually means. */
import { lookup } from 'node:dns/promises'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { KafkaCodeError } from '../../clients/kafka-protocol/errorCodes.ts'
import { WireReader, WireWriter } from '../../clients/kafka-protocol/wire.ts'
import { reasonOf, reasonText } from '../reasons.ts'
import { SaidError, type Saying, type Sentence, saying, type Told } from '../sentences.ts'
import type { BrokerPlace, SaslConfig, TlsConfig } from './config.ts'
import { tlsOptions } from './connectCluster.ts'

const timeoutMs = 5_000
const answerBytesMax = 1 << 20

/** A step that failed: what was seen, and what to try. */
export class StepError extends SaidError {
  readonly tryThis: Told

  constructor(said: Told, tryThis: Told) {
    super(said)
    this.tryThis = tryThis
  }
}

/** @returns the addresses. */
export async function resolveName({ host }: BrokerPlace): Promise<Told> {
  if (isIP(host)) return saying('isAddress', host)
  try {
    const found = await lookup(host, { all: true })
    return found.map(({ address }) => address).join(', ')
  } catch (error) {
    throw new StepError(saying('nameUnknown', host, codeOf(error)), saying('tryName'))
  }
}

export async function openTcp({ host, port }: BrokerPlace): Promise<Socket> {
  const socket = connectTcp({ host, port })
  try {
    await settled(socket, 'connect')
    return socket
  } catch (error) {
    socket.destroy()
    const code = codeOf(error)
    const tryThis = saying(code === 'ECONNREFUSED' ? 'tryPort' : 'tryNetwork')
    throw new StepError(saying('notReached', `${host}:${port}`, code), tryThis)
  }
}

/** @returns the socket to speak over, encrypted. */
export async function startTls(socket: Socket, { host }: BrokerPlace, tls: TlsConfig): Promise<Socket> {
  let secure: Socket | undefined
  try {
    const servername = isIP(host) ? {} : { servername: host }
    secure = connectTls({ ...tlsOptions(tls), socket, host, ...servername })
    await settled(secure, 'secureConnect')
    return secure
  } catch (error) {
    secure?.destroy()
    socket.destroy()
    throw tlsFailure(error, host)
  }
}

/** Asks which versions the broker speaks: before any login, and so a proof that Kafka listens there. */
export async function askVersions(socket: Socket, tls: TlsConfig | undefined): Promise<Told> {
  try {
    const body = await exchange(socket, 18, 0, () => {})
    const errorCode = body.int16()
    if (errorCode !== 0) throw new KafkaCodeError('ApiVersions', errorCode)
    const versions = body.array(() => [body.int16(), body.int16(), body.int16()])
    return saying('kafkaAnswers', versions.length)
  } catch (error) {
    if (/alert/i.test(reasonText(error))) throw tlsFailure(error, '')
    throw new StepError(saying('notKafka', reasonOf(error)), saying(tls ? 'tryClientCertificateOrKafka' : 'tryTls'))
  }
}

/** Asks whether the mechanism is offered; the login itself follows elsewhere. */
export async function askMechanism(socket: Socket, { mechanism }: SaslConfig): Promise<Told> {
  const name = mechanism.toUpperCase()
  try {
    const body = await exchange(socket, 17, 1, writer => writer.string(name))
    const errorCode = body.int16()
    const offered = body.array(() => body.string()).join(', ')
    if (errorCode === 0) return saying('mechanismOffered', name)
    if (offered === '') throw new SaidError(saying('noMechanism'))
    throw new StepError(saying('mechanismMissing', name, offered), saying('tryMechanism', offered))
  } catch (error) {
    if (error instanceof StepError) throw error
    throw new StepError(saying('noSasl', reasonOf(error)), saying('tryNoLogin'))
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
    const timer = setTimeout(() => end(new SaidError(saying('silence', timeoutMs / 1_000))), timeoutMs)
    socket.once('error', end)
    socket.once('close', () => end(new SaidError(saying('closed'))))
    socket.on('data', chunk => {
      bytes = Buffer.concat([bytes, chunk])
      if (bytes.length < 4) return
      const size = bytes.readInt32BE(0)
      if (size < 4 || size > answerBytesMax)
        end(new SaidError(saying('strangeBytes', JSON.stringify(bytes.toString('latin1', 0, 24)))))
      else if (bytes.length >= 4 + size) end(bytes.subarray(4, 4 + size))
    })
  })
}

function settled(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(coded('ETIMEDOUT', saying('lateHandshake', timeoutMs / 1_000))), timeoutMs)
    const fail = (error: Error) => {
      clearTimeout(timer)
      reject(error)
    }
    const closed = () => fail(coded('ECONNRESET', saying('closed')))
    socket.once('error', fail).once('close', closed)
    socket.once(event, () => {
      clearTimeout(timer)
      socket.off('error', fail).off('close', closed)
      resolve()
    })
  })
}

function coded(code: string, said: Saying): Error {
  return Object.assign(new SaidError(said), { code })
}

/** Node's and OpenSSL's codes in words. */
function tlsFailure(error: unknown, host: string): StepError {
  const code = codeOf(error)
  const reason = reasonText(error)
  const means = tlsMeanings.find(([pattern]) => pattern.test(`${code} ${reason}`))
  // OpenSSL's own sentence holds the code already; ours does not.
  const said = error instanceof SaidError || reason.includes(code) ? reasonOf(error) : `${reason} (${code})`
  return new StepError(saying('tlsFailed', said), saying(means?.[1] ?? 'tryListener', host))
}

const tlsMeanings: readonly (readonly [RegExp, Sentence])[] = [
  [/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/, 'tryCa'],
  [/ALTNAME/, 'tryOtherName'],
  [/EXPIRED|NOT_YET_VALID/, 'tryValidity'],
  [/BAD_DECRYPT|INTERRUPTED|bad decrypt|passphrase|bad password/i, 'tryPassphrase'],
  [/KEY_VALUES_MISMATCH|key values mismatch/i, 'tryKeyPair'],
  [/PEM|DECODER|no start line/i, 'tryPem'],
  [/CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|alert (certificate|unknown|bad)/i, 'tryClientCertificate'],
  [/WRONG_VERSION|EPROTO|ECONNRESET|packet length/, 'tryPlaintext'],
]

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? reasonText(error)
}
