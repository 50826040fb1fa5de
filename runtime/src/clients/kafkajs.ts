/**
 * The kafkajs adapter: kafkajs 2.2.4 carries bytes and authenticates; everything else is the protocol engine's.
 *
 * kafkajs' own consumer and producer lose, double or leak records in ways that cannot be mended around them (positions
 * reset silently, sequence numbers rolled back, aborted records shown). Beneath them lies a sound connection, reached
 * through the instance's own factory. No release since 2023 has moved these internals; any other version is refused.
 */
import kafkajsModule, { type Kafka } from 'kafkajs'
import { reasonOf, TidemarkError } from '../errors.ts'
import type { KafkaClient } from './client.ts'
import { type ClientOptions, protocolClient } from './kafka-protocol/connection.ts'
import {
  type BrokerAddress,
  type Decompress,
  type RequestFrame,
  type Transport,
  type TransportConnection,
  TransportError,
} from './kafka-protocol/transport.ts'
import { WireReader } from './kafka-protocol/wire.ts'
import { gatherAnswers, type PieceReader } from './kafkajs/pieces.ts'

/**
 * A client of the port over a kafkajs instance: its brokers, TLS, SASL, timeouts, `socketFactory` and `logLevel` are used.
 * Codecs registered in `CompressionCodecs` serve reading. Nothing is connected yet.
 *
 * @throws TidemarkError OPTION_INVALID `kafka` is no instance of a kafkajs that this adapter knows.
 * @example
 * const client = kafkajs(new Kafka({ clientId: 'totals', brokers: ['localhost:9092'] }))
 */
export function kafkajs(kafka: Kafka, options: ClientOptions = {}): KafkaClient {
  return protocolClient(new KafkajsTransport(kafka), options)
}

/** What is used of kafkajs beneath its documented surface; checked when it is first reached. */
interface Internals {
  readonly rootLogger: unknown
  readonly connectionPoolBuilder: { build(address?: BrokerAddress): Promise<ConnectionPool> }
  readonly brokerPool: { createBroker(options: object): { connect(): Promise<void>; versions: unknown } }
}

interface ConnectionPool {
  readonly host: string
  readonly port: number
  readonly sasl?: { readonly mechanism: string } | null
  readonly pool: readonly Connection[]
}

interface Connection extends PieceReader {
  isConnected(): boolean
  send(message: object): Promise<Buffer>
  disconnect(): Promise<unknown>
  rejectRequests(error: Error): void
  readonly socket?: { readonly destroyed: boolean; destroy(): void }
  readonly requestQueue: PieceReader['requestQueue'] & {
    readonly pending: readonly unknown[]
    scheduleCheckPendingRequests(): void
  }
}

const clusterOptions = {
  metadataMaxAge: 300_000,
  allowAutoTopicCreation: false,
  maxInFlightRequests: null,
  isolationLevel: 1,
}

class KafkajsTransport implements Transport {
  readonly name = 'kafkajs 2.2.4'
  readonly codec = registeredCodec
  readonly #internals: Internals
  readonly #tried = new Set<string>()
  #versions: unknown

  constructor(kafka: Kafka) {
    this.#internals = internalsOf(kafka)
  }

  get brokersText(): string {
    return [...this.#tried].join(', ') || 'the configured brokers'
  }

  async open(address?: BrokerAddress): Promise<TransportConnection> {
    const pool = await this.#pool(address)
    const place = `${pool.host}:${pool.port}`
    if (!address) this.#tried.add(place)
    for (const connection of pool.pool) {
      calmQueue(connection.requestQueue)
      gatherAnswers(connection, () => end(connection, place))
    }
    const options = { connectionPool: pool, logger: this.#internals.rootLogger, versions: this.#versions }
    const broker = this.#internals.brokerPool.createBroker(options)
    try {
      await broker.connect()
    } catch (error) {
      for (const connection of pool.pool) end(connection, place)
      throw openFailure(error, place, pool)
    }
    this.#versions ??= broker.versions
    return new KafkajsConnection(pool.pool[0] as Connection, place)
  }

  async #pool(address: BrokerAddress | undefined): Promise<ConnectionPool> {
    try {
      return await this.#internals.connectionPoolBuilder.build(address)
    } catch (error) {
      throw new TidemarkError(
        'OPTION_INVALID',
        { option: 'brokers', value: reasonOf(error), expected: "a list of 'host:port'" },
        { cause: error },
      )
    }
  }
}

class KafkajsConnection implements TransportConnection {
  readonly address: string
  readonly #connection: Connection

  constructor(connection: Connection, address: string) {
    this.address = address
    this.#connection = connection
  }

  get isOpen(): boolean {
    return this.#connection.isConnected()
  }

  async send(frame: RequestFrame, timeoutMs: number): Promise<Buffer> {
    const { name, apiKey, version, isFlexible, body } = frame
    // A flexible request's header ends with a tag section, which kafkajs does not know: it goes in front of the body.
    const bytes = isFlexible ? Buffer.concat([noTags, body]) : body
    const request = { apiKey, apiVersion: version, apiName: name, encode: async () => ({ buf: bytes, buffer: bytes }) }
    const requestTimeout = timeoutMs + replyGraceMs
    try {
      const answer = await this.#connection.send({
        request,
        response: untouched,
        requestTimeout,
        logResponseError: false,
      })
      return isFlexible ? afterTags(answer) : answer
    } catch (error) {
      const isTimeout = error instanceof Error && error.name === 'KafkaJSRequestTimeoutError'
      // Answers come in turn: one that is late holds up all behind it, so the connection is given up.
      if (isTimeout) this.close()
      const isConnected = !(error instanceof Error && error.message === 'Not connected')
      throw new TransportError(
        this.address,
        isTimeout ? `no answer to ${name} in time` : reasonOf(error),
        isConnected,
        {
          cause: error,
          failure: isTimeout ? { kind: 'noAnswer', request: name } : isConnected ? undefined : { kind: 'closed' },
        },
      )
    }
  }

  close(): void {
    end(this.#connection, this.address)
  }
}

/** Beyond what a broker takes on purpose, for the way there and back. kafkajs' own `requestTimeout` applies when longer. */
const replyGraceMs = 5_000
const noTags = Buffer.from([0])
const untouched = { decode: async (answer: Buffer) => answer, parse: async (answer: Buffer) => answer }

function afterTags(answer: Buffer): Buffer {
  const reader = new WireReader(answer, true)
  reader.tags()
  return reader.rest
}

/** kafkajs sets a timer with a negative delay after every answer, to look at a queue that is empty. */
function calmQueue(queue: Connection['requestQueue']): void {
  const schedule = queue.scheduleCheckPendingRequests.bind(queue)
  queue.scheduleCheckPendingRequests = () => {
    if (queue.pending.length > 0) schedule()
  }
}

function end(connection: Connection, place: string): void {
  connection.rejectRequests(
    new TransportError(place, 'the connection was closed', true, { failure: { kind: 'closed' } }),
  )
  // Told once: kafkajs hangs a listener on its socket each time, and one that is gone keeps them all.
  if (connection.socket?.destroyed && !connection.isConnected()) return
  connection.disconnect().catch(() => {})
  connection.socket?.destroy()
}

function openFailure(error: unknown, place: string, { sasl }: ConnectionPool): TidemarkError {
  const isRefused = error instanceof Error && /SASL/i.test(`${error.name} ${'type' in error ? error.type : ''}`)
  const details = { brokers: place, reason: reasonOf(error) }
  return isRefused
    ? new TidemarkError('AUTHENTICATION_FAILED', { ...details, mechanism: sasl?.mechanism ?? 'SASL' }, { cause: error })
    : new TidemarkError(
        'BROKER_UNREACHABLE',
        { ...details, step: 'opening a connection' },
        { cause: failed(error, place) },
      )
}

/** kafkajs has no code for a connection that did not come in time. */
function failed(error: unknown, place: string): unknown {
  const isLate = error instanceof Error && error.message === 'Connection timeout'
  if (!isLate) return error
  return new TransportError(place, error.message, false, { cause: error, failure: { kind: 'noConnection' } })
}

function internalsOf(kafka: Kafka): Internals {
  const symbol = Object.getOwnPropertySymbols(kafka ?? {}).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  )
  const create: unknown = symbol && Reflect.get(kafka, symbol)
  if (typeof create === 'function') {
    const internals: unknown = create(clusterOptions)
    if (isInternals(internals)) return internals
  }
  throw new TidemarkError('OPTION_INVALID', {
    option: 'kafka',
    value: kafka,
    expected: 'a Kafka instance of kafkajs 2.2.4',
  })
}

function isInternals(value: unknown): value is Internals {
  return typeof value === 'object' && value !== null && 'connectionPoolBuilder' in value && 'brokerPool' in value
}

/** A codec that kafkajs' user has registered, looked up when a batch needs it; kafkajs' placeholders throw. */
function registeredCodec(codec: number): Decompress | undefined {
  const registry: Readonly<Record<number, () => { decompress: Decompress }>> = kafkajsModule.CompressionCodecs
  try {
    return registry[codec]?.().decompress
  } catch {
    return undefined
  }
}
