/** Finding a broker that answers, without brokers: a transport whose addresses can be dead. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Cluster } from '../../../runtime/src/clients/kafka-protocol/cluster.ts'
import {
  type BrokerAddress,
  type RequestFrame,
  type Transport,
  type TransportConnection,
  TransportError,
} from '../../../runtime/src/clients/kafka-protocol/transport.ts'
import { WireWriter } from '../../../runtime/src/clients/kafka-protocol/wire.ts'
import type { Clock } from '../../../runtime/src/clock.ts'
import { TidemarkError } from '../../../runtime/src/errors.ts'
import { seededRandom } from '../../../runtime/src/random.ts'

describe('a cluster', () => {
  test('asks the other brokers when the first one known is dead', async () => {
    const brokers = new FakeBrokers([1, 2, 3])
    const cluster = await brokers.connect()
    brokers.kill(1)
    const { topics } = await cluster.describe(['orders'])
    assert.deepEqual(
      topics.map(({ topic }) => topic),
      ['orders'],
    )
    assert.ok(brokers.asked.includes(2))
  })

  test('names what it tried when all are dead, after its back-off and within its bounds', async () => {
    const brokers = new FakeBrokers([1, 2])
    const cluster = await brokers.connect()
    brokers.kill(1)
    brokers.kill(2)
    await assert.rejects(cluster.describe(['orders'], { retryTimeoutMs: 3_000 }), /broker-[12]:9092/)
    assert.ok(brokers.waitedMs > 1_000 && brokers.waitedMs <= 3_000, `it waited ${brokers.waitedMs} ms`)
  })

  test('is not used after it was closed', async () => {
    const brokers = new FakeBrokers([1])
    const cluster = await brokers.connect()
    cluster.close()
    await assert.rejects(cluster.describe([]), { code: 'CONNECTION_CLOSED' })
  })

  test('refuses brokers that do not speak a version it needs, by name', async () => {
    const brokers = new FakeBrokers([1], 8)
    await assert.rejects(brokers.connect(), { code: 'BROKER_TOO_OLD', message: /Metadata version 9.*0 to 8/ })
  })
})

/** Brokers that know of each other and of one topic, and speak two requests. Time passes only when somebody waits. */
class FakeBrokers implements Transport {
  readonly name = 'fake'
  readonly brokersText = 'broker-1:9092'
  readonly asked: number[] = []
  waitedMs = 0
  readonly #ids: readonly number[]
  readonly #metadataMax: number
  readonly #dead = new Set<number>()
  readonly #clock: Clock = {
    nowMs: () => this.waitedMs,
    monotonicMs: () => this.waitedMs,
    after: (delayMs, callback) => {
      this.waitedMs += delayMs
      setImmediate(callback)
      return () => {}
    },
  }

  constructor(ids: readonly number[], metadataMax = 12) {
    this.#ids = ids
    this.#metadataMax = metadataMax
  }

  connect(): Promise<Cluster> {
    return Cluster.connect(this, { clock: this.#clock, random: seededRandom(1) })
  }

  kill(id: number): void {
    this.#dead.add(id)
  }

  codec(): undefined {}

  async open(address: BrokerAddress = { host: 'broker-1', port: 9_092 }): Promise<TransportConnection> {
    const id = Number(address.host.slice('broker-'.length))
    const place = `${address.host}:${address.port}`
    const isDead = () => this.#dead.has(id)
    if (isDead()) throw new TidemarkError('BROKER_UNREACHABLE', { brokers: place, step: 'opening', reason: 'refused' })
    const send = async (frame: RequestFrame) => {
      if (isDead()) throw new TransportError(place, 'the connection was closed', true)
      this.asked.push(id)
      return frame.name === 'ApiVersions' ? this.#versions() : this.#metadata()
    }
    return {
      address: place,
      get isOpen() {
        return !isDead()
      },
      send,
      close: () => {},
    }
  }

  #versions(): Buffer {
    const writer = new WireWriter(false).int16(0)
    return writer.array([[3, 0, this.#metadataMax]], ([key, min, max]) =>
      writer
        .int16(key as number)
        .int16(min as number)
        .int16(max as number),
    ).written
  }

  #metadata(): Buffer {
    const writer = new WireWriter(true).int32(0)
    writer.array(this.#ids, id => writer.int32(id).string(`broker-${id}`).int32(9_092).string(null).tags())
    writer.string('cluster').int32(1)
    writer.array(['orders'], topic => {
      writer.int16(0).string(topic).raw(Buffer.alloc(16, 1)).bool(false)
      writer
        .array([], () => {})
        .int32(0)
        .tags()
    })
    return writer.int32(0).tags().written
  }
}
