/**
 * The `@platformatic/kafka` adapter: its documented `Connection` carries bytes and authenticates; everything else is the
 * protocol engine's, so it promises what every engine client promises.
 */
import { Connection, type ConnectionOptions, compressionsAlgorithmsByBitmask, Writer } from '@platformatic/kafka'
import { systemClock } from '../clock.ts'
import { reasonOf, TidemarkError } from '../errors.ts'
import type { KafkaClient } from './client.ts'
import { type ClientOptions, protocolClient } from './kafka-protocol/connection.ts'
import { unframedSnappy } from './kafka-protocol/snappyFrames.ts'
import {
  type BrokerAddress,
  type Decompress,
  type RequestFrame,
  type Transport,
  type TransportConnection,
  TransportError,
  type TransportFailure,
} from './kafka-protocol/transport.ts'

/** The options of a `@platformatic/kafka` client that concern its connections, as that client takes them. */
export interface PlatformaticOptions
  extends Pick<ConnectionOptions, 'connectTimeout' | 'requestTimeout' | 'tls' | 'tlsServerName' | 'sasl'> {
  readonly clientId: string
  readonly bootstrapBrokers: readonly (string | BrokerAddress)[]
}

/**
 * A client of the port over `@platformatic/kafka`. All of its codecs serve reading. Nothing is connected yet.
 *
 * @throws TidemarkError OPTION_INVALID
 * @example
 * const client = platformatic({ clientId: 'totals', bootstrapBrokers: ['localhost:9092'] })
 */
export function platformatic(options: PlatformaticOptions, clientOptions: ClientOptions = {}): KafkaClient {
  return protocolClient(new PlatformaticTransport(options), clientOptions)
}

const requestTimeoutDefaultMs = 30_000
/** Beyond what a broker takes on purpose, for the way there and back. */
const replyGraceMs = 5_000
/** Timeouts are ours, request by request: a long poll and a rebalance take longer than a look-up. */
const neverMs = 2 ** 31 - 1
const inFlightMax = 1_000

class PlatformaticTransport implements Transport {
  readonly name = '@platformatic/kafka 1.35'
  readonly #options: PlatformaticOptions
  readonly #brokers: readonly BrokerAddress[]
  #turn = 0

  constructor(options: PlatformaticOptions) {
    this.#options = options
    this.#brokers = (options.bootstrapBrokers ?? []).map(addressOf)
    if (this.#brokers.length === 0) throw invalidBrokers(options.bootstrapBrokers)
  }

  get brokersText(): string {
    return this.#brokers.map(placeOf).join(', ')
  }

  async open(address?: BrokerAddress): Promise<TransportConnection> {
    const {
      clientId,
      requestTimeout = requestTimeoutDefaultMs,
      connectTimeout,
      tls,
      tlsServerName,
      sasl,
    } = this.#options
    const { host, port } = address ?? (this.#brokers[this.#turn++ % this.#brokers.length] as BrokerAddress)
    const connection = new Connection(clientId, {
      requestTimeout: neverMs,
      maxInflights: inFlightMax,
      ...(connectTimeout === undefined ? {} : { connectTimeout }),
      ...(tls === undefined ? {} : { tls }),
      ...(tlsServerName === undefined ? {} : { tlsServerName }),
      ...(sasl === undefined ? {} : { sasl }),
    })
    // An emitter without a listener throws; failures are told by the call they fail.
    connection.on('error', () => {})
    try {
      await connection.connect(host, port)
    } catch (error) {
      await connection.close().catch(() => {})
      throw openFailure(error, placeOf({ host, port }), sasl?.mechanism)
    }
    return new PlatformaticConnection(connection, placeOf({ host, port }), requestTimeout)
  }

  codec(number: number): Decompress | undefined {
    const algorithm = compressionsAlgorithmsByBitmask[number]
    if (!algorithm?.available) return undefined
    const decompress = (bytes: Buffer) => algorithm.decompressSync(bytes)
    return async bytes => (number === snappyCodec ? unframedSnappy(bytes, decompress) : decompress(bytes))
  }
}

const snappyCodec = 2

class PlatformaticConnection implements TransportConnection {
  readonly address: string
  readonly #connection: Connection
  readonly #requestTimeoutMs: number

  constructor(connection: Connection, address: string, requestTimeoutMs: number) {
    this.address = address
    this.#connection = connection
    this.#requestTimeoutMs = requestTimeoutMs
  }

  get isOpen(): boolean {
    return this.#connection.isConnected()
  }

  send(frame: RequestFrame, timeoutMs: number): Promise<Buffer> {
    if (!this.isOpen) return Promise.reject(closed(this.address))
    const { apiKey, version, isFlexible, body } = frame
    const waitMs = Math.max(this.#requestTimeoutMs, timeoutMs + replyGraceMs)
    return new Promise((resolve, reject) => {
      const fail = (reason: string, options: { readonly cause?: unknown; readonly failure?: TransportFailure }) =>
        reject(new TransportError(this.address, reason, true, options))
      const cancelTimeout = systemClock.after(waitMs, () => {
        fail(`no answer to ${frame.name} within ${waitMs} ms`, { failure: { kind: 'noAnswer', request: frame.name } })
        // Answers come in turn: one that is late holds up all behind it, so the connection is given up.
        this.close()
      })
      this.#connection.send<Buffer>(
        apiKey,
        version,
        () => Writer.create().append(body),
        (_correlationId, _apiKey, _version, reader) => reader.buffer.slice(reader.position),
        isFlexible,
        isFlexible,
        (error, answer) => {
          cancelTimeout()
          if (error) fail(error.message, { cause: error })
          else resolve(answer as Buffer)
        },
      )
    })
  }

  close(): void {
    this.#connection.close().catch(() => {})
    this.#connection.socket?.destroy()
  }
}

function closed(place: string): TransportError {
  return new TransportError(place, 'the connection is closed', false, { failure: { kind: 'closed' } })
}

function addressOf(broker: string | BrokerAddress): BrokerAddress {
  if (typeof broker !== 'string') return broker
  const colon = broker.lastIndexOf(':')
  const port = Number(broker.slice(colon + 1))
  if (colon < 1 || !Number.isInteger(port) || port < 1 || port > 65_535) throw invalidBrokers(broker)
  return { host: broker.slice(0, colon).replace(/^\[|\]$/g, ''), port }
}

function invalidBrokers(value: unknown): TidemarkError {
  return new TidemarkError('OPTION_INVALID', { option: 'bootstrapBrokers', value, expected: "a list of 'host:port'" })
}

function placeOf({ host, port }: BrokerAddress): string {
  return `${host}:${port}`
}

function openFailure(error: unknown, place: string, mechanism: string | undefined): TidemarkError {
  const details = { brokers: place, reason: deepestReason(error) }
  return isAuthentication(error)
    ? new TidemarkError('AUTHENTICATION_FAILED', { ...details, mechanism: mechanism ?? 'SASL' }, { cause: error })
    : new TidemarkError('BROKER_UNREACHABLE', { ...details, step: 'opening a connection' }, { cause: error })
}

function isAuthentication(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && error.code === 'PLT_KFK_AUTHENTICATION') || isAuthentication(error.cause)
}

/** The outer message only repeats the address; what went wrong is the cause. */
function deepestReason(error: unknown): string {
  return error instanceof Error && error.cause ? deepestReason(error.cause) : reasonOf(error)
}
