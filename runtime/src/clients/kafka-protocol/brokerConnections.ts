/** Open connections, by broker and lane; opened when first needed, replaced when broken. */
import { TidemarkError } from '../../errors.ts'
import { type ApiVersions, apiVersions } from './requests/apiVersions.ts'
import {
  type BrokerAddress,
  type Lane,
  type Request,
  type Transport,
  type TransportConnection,
  TransportError,
} from './transport.ts'
import { WireError, WireReader, WireWriter } from './wire.ts'

/**
 * A broker answers the requests of one connection strictly in turn, so a fetch that waits for data would hold up the
 * next. Concurrent fetches therefore spread over up to this many connections a broker; further ones queue.
 */
const connectionsPerLaneMax: Readonly<Record<Lane, number>> = { prompt: 1, fetch: 4, group: 2, produce: 1 }

/** How many configured brokers are tried before it is an error. */
const seedAttemptsMax = 3

interface LaneConnection {
  readonly opening: Promise<TransportConnection>
  connection: TransportConnection | undefined
  inFlight: number
}

/** Opens the first connection and asks which versions the broker speaks. */
export async function openBrokerConnections(transport: Transport): Promise<BrokerConnections> {
  const seed = await openSeed(transport)
  try {
    const versions = await exchange(seed, apiVersions())
    return new BrokerConnections(transport, seed, versions)
  } catch (error) {
    seed.close()
    throw error
  }
}

export class BrokerConnections {
  readonly transport: Transport
  readonly versions: ApiVersions
  readonly #addresses = new Map<number, BrokerAddress>()
  readonly #lanes = new Map<string, LaneConnection[]>()
  #seed: TransportConnection
  /** Whoever has answered last, when any broker would do. */
  #answering: number | undefined
  #isClosed = false

  constructor(transport: Transport, seed: TransportConnection, versions: ApiVersions) {
    this.transport = transport
    this.versions = versions
    this.#seed = seed
  }

  supports(apiKey: number, version: number): boolean {
    const range = this.versions.get(apiKey)
    return range !== undefined && range.min <= version && version <= range.max
  }

  /** A broker's address, as metadata tells it; a changed address replaces its connections. */
  know(nodeId: number, { host, port }: BrokerAddress): void {
    const known = this.#addresses.get(nodeId)
    if (known?.host === host && known.port === port) return
    this.#addresses.set(nodeId, { host, port })
    if (!known) return
    for (const [name, connections] of this.#lanes) {
      if (!name.startsWith(`${nodeId} `)) continue
      for (const { connection } of connections) connection?.close()
      this.#lanes.delete(name)
    }
  }

  addressOf(nodeId: number): string {
    const address = this.#addresses.get(nodeId)
    return address ? `${address.host}:${address.port}` : `${nodeId}`
  }

  /** @throws TransportError, KafkaCodeError, TidemarkError BROKER_TOO_OLD, CONNECTION_CLOSED. */
  async send<Answer>(nodeId: number, request: Request<Answer>): Promise<Answer> {
    this.#check(request)
    const lane = this.#laneConnection(nodeId, request.lane)
    lane.inFlight++
    try {
      return await exchange(await lane.opening, request)
    } finally {
      lane.inFlight--
    }
  }

  /** Any broker will do: those known first, then the configured ones, until one answers. */
  async sendToAny<Answer>(request: Request<Answer>): Promise<Answer> {
    this.#check(request)
    let failure: unknown
    if (this.#seed.isOpen) {
      try {
        return await exchange(this.#seed, request)
      } catch (error) {
        if (!isOutOfReach(error)) throw error
        failure = error
      }
    }
    // One that hangs costs a request's whole time, so those that do not come first.
    const known = [...this.#addresses.keys()].sort(
      (a, b) => Number(b === this.#answering) - Number(a === this.#answering),
    )
    for (const nodeId of known) {
      try {
        const answer = await this.send(nodeId, request)
        this.#answering = nodeId
        return answer
      } catch (error) {
        if (!isOutOfReach(error)) throw error
        failure = error
      }
    }
    try {
      this.#seed.close()
      this.#seed = await openSeed(this.transport)
    } catch (error) {
      throw isOutOfReach(error) ? (failure ?? error) : error
    }
    return exchange(this.#seed, request)
  }

  close(): void {
    this.#isClosed = true
    this.#seed.close()
    for (const connections of this.#lanes.values()) {
      for (const { opening } of connections) void opening.then(connection => connection.close()).catch(() => {})
    }
    this.#lanes.clear()
  }

  #check(request: Request<unknown>): void {
    if (this.#isClosed)
      throw new TidemarkError('CONNECTION_CLOSED', { what: `The connection to ${this.transport.brokersText}` })
    const range = this.versions.get(request.apiKey)
    if (range && range.min <= request.version && request.version <= range.max) return
    throw new TidemarkError('BROKER_TOO_OLD', {
      brokers: this.transport.brokersText,
      request: `${request.name} version ${request.version}`,
      spoken: range ? `${range.min} to ${range.max}` : 'none',
    })
  }

  #laneConnection(nodeId: number, lane: Lane): LaneConnection {
    const name = `${nodeId} ${lane}`
    const all = this.#lanes.get(name) ?? []
    const usable = all.filter(({ connection }) => connection === undefined || connection.isOpen)
    let chosen = usable.toSorted((a, b) => a.inFlight - b.inFlight)[0]
    if (!chosen || (chosen.inFlight > 0 && usable.length < connectionsPerLaneMax[lane])) {
      chosen = this.#open(nodeId, name)
      usable.push(chosen)
    }
    this.#lanes.set(name, usable)
    return chosen
  }

  #open(nodeId: number, name: string): LaneConnection {
    const address = this.#addresses.get(nodeId)
    const opening = address
      ? this.transport.open(address)
      : Promise.reject(new TransportError(`broker ${nodeId}`, 'its address is not known', false))
    const lane: LaneConnection = { opening, connection: undefined, inFlight: 0 }
    opening.then(
      connection => {
        lane.connection = connection
        if (this.#isClosed) connection.close()
      },
      () => {
        const others = this.#lanes.get(name)?.filter(other => other !== lane) ?? []
        this.#lanes.set(name, others)
      },
    )
    return lane
  }
}

/** This broker did not answer, and what else it is asked for now would wait in vain; another one may. */
export function isOutOfReach(error: unknown): boolean {
  return error instanceof TransportError || (error instanceof TidemarkError && error.code === 'BROKER_UNREACHABLE')
}

async function openSeed(transport: Transport): Promise<TransportConnection> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transport.open()
    } catch (error) {
      const isFinal = error instanceof TidemarkError && !error.retriable
      if (isFinal || attempt >= seedAttemptsMax) throw error
    }
  }
}

async function exchange<Answer>(connection: TransportConnection, request: Request<Answer>): Promise<Answer> {
  const writer = new WireWriter(request.isFlexible)
  request.encode(writer)
  const { name, apiKey, version, isFlexible } = request
  const body = await connection.send({ name, apiKey, version, isFlexible, body: writer.written }, request.waitMs ?? 0)
  try {
    return request.decode(new WireReader(body, isFlexible))
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    connection.close()
    throw new TransportError(connection.address, `the answer to ${name} could not be read: ${error.message}`, true)
  }
}
