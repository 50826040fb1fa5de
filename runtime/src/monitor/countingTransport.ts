/** A transport that counts what is sent: the price of a refresh is part of what it reports. */
import type {
  BrokerAddress,
  RequestFrame,
  Transport,
  TransportConnection,
} from '../clients/kafka-protocol/transport.ts'

export class CountingTransport implements Transport {
  requestCount = 0
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  get name(): string {
    return this.#transport.name
  }

  get brokersText(): string {
    return this.#transport.brokersText
  }

  codec(number: number) {
    return this.#transport.codec(number)
  }

  async open(address?: BrokerAddress): Promise<TransportConnection> {
    const connection = await this.#transport.open(address)
    return {
      address: connection.address,
      get isOpen() {
        return connection.isOpen
      },
      send: (request: RequestFrame, timeoutMs: number) => {
        this.requestCount++
        return connection.send(request, timeoutMs)
      },
      close: () => connection.close(),
    }
  }
}
