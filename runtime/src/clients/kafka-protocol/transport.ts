/**
 * What the protocol engine needs of a Kafka client: authenticated connections that carry one request and its answer.
 *
 * Everything above (metadata, positions, groups, transactions) is ours and the same for every client, so an adapter is
 * one file that implements this.
 */
import type { WireReader, WireWriter } from './wire.ts'

export interface Transport {
  /** Shown in messages: `kafkajs 2.2.4`. */
  readonly name: string
  /** The configured brokers, for messages: `localhost:9092, localhost:9093`. */
  readonly brokersText: string
  /**
   * Opens and authenticates a connection; without an address to the next broker of the configured list.
   *
   * @throws TidemarkError BROKER_UNREACHABLE, AUTHENTICATION_FAILED.
   */
  open(address?: BrokerAddress): Promise<TransportConnection>
  /** A codec that the client's user has registered beyond those built in, by its number in the record batch. */
  codec(number: number): Decompress | undefined
}

export type Decompress = (compressed: Buffer) => Promise<Buffer>

export interface BrokerAddress {
  readonly host: string
  readonly port: number
}

export interface TransportConnection {
  readonly address: string
  readonly isOpen: boolean
  /**
   * Sends one request and resolves with the answer's body, after its header.
   *
   * @param timeoutMs time the broker itself may take (a long poll, a rebalance); the client's own request timeout still applies when longer.
   * @throws TransportError nothing is known about whether the broker acted on it, unless `wasSent` is false.
   */
  send(request: RequestFrame, timeoutMs: number): Promise<Buffer>
  /** Ends it at once; requests in flight are rejected. */
  close(): void
}

export interface RequestFrame {
  readonly name: string
  readonly apiKey: number
  readonly version: number
  readonly isFlexible: boolean
  readonly body: Buffer
}

/** What is known of a failed connection, apart from the words of whoever noticed it. */
export type TransportFailure =
  | { readonly kind: 'noConnection' | 'closed' }
  | { readonly kind: 'noAnswer'; readonly request: string }

/** The connection failed, or the answer did not come in time. */
export class TransportError extends Error {
  override name = 'TransportError'
  readonly broker: string
  readonly reason: string
  readonly failure: TransportFailure | undefined
  /** False: the request has certainly not reached the broker. */
  readonly wasSent: boolean

  constructor(
    broker: string,
    reason: string,
    wasSent: boolean,
    { failure, ...options }: ErrorOptions & { readonly failure?: TransportFailure | undefined } = {},
  ) {
    super(`${broker}: ${reason}`, options)
    this.broker = broker
    this.reason = reason
    this.failure = failure
    this.wasSent = wasSent
  }
}

/** One version of one request: how it is written, and how its answer is read. */
export interface Request<Answer> {
  readonly name: string
  readonly apiKey: number
  readonly version: number
  readonly isFlexible: boolean
  /** Requests that may wait long in the broker have connections of their own, so that nothing queues behind them. */
  readonly lane: Lane
  /** How long the broker may take on purpose. */
  readonly waitMs?: number
  encode(writer: WireWriter): void
  decode(reader: WireReader): Answer
}

/** `fetch` waits for data, `group` for other members (join, sync), `produce` for replicas; the others are prompt. */
export type Lane = 'prompt' | 'fetch' | 'group' | 'produce'
