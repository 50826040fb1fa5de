import type { KafkaProducer, MemberIdentity, OutgoingRecord } from '../clients/client.ts'
import { bug, FencedError } from '../errors.ts'
import type { TopicPartition } from '../semantics/ranges.ts'
import type { FakeKafka } from './fakeKafka.ts'
import type { FakeLog, FakeTransaction } from './log.ts'

type Offset = TopicPartition & { readonly offset: bigint; readonly metadata?: string }

/** A producer in memory; with a transactional id, a newer one of the same id fences it. */
export class FakeProducer implements KafkaProducer {
  readonly producerId: bigint
  readonly epoch: number
  readonly #kafka: FakeKafka
  readonly #transactionalId: string | undefined
  #transaction: FakeTransaction | undefined
  #touched = new Map<FakeLog, TopicPartition>()
  #offsets: { readonly groupId: string; readonly offsets: readonly Offset[] }[] = []

  constructor(kafka: FakeKafka, producerId: bigint, epoch: number, transactionalId: string | undefined) {
    this.#kafka = kafka
    this.producerId = producerId
    this.epoch = epoch
    this.#transactionalId = transactionalId
  }

  async send(records: readonly OutgoingRecord[]): Promise<readonly (TopicPartition & { readonly offset: bigint })[]> {
    this.#checkEpoch()
    return records.map(record => {
      const { topic } = record
      const partition = record.partition ?? this.#kafka.partitionFor(record)
      const log = this.#kafka.log({ topic, partition })
      if (this.#transaction) this.#touched.set(log, { topic, partition })
      return { topic, partition, offset: this.#kafka.append(record, partition, this.#transaction) }
    })
  }

  begin(): void {
    if (this.#transaction) bug('a transaction was begun inside another')
    this.#transaction = { state: 'open' }
  }

  async sendOffsets(identity: MemberIdentity, offsets: readonly Offset[]): Promise<void> {
    this.#checkEpoch()
    const group = this.#kafka.group(identity.groupId)
    group.check(identity, offsets)
    group.checkMetadata(offsets)
    this.#offsets.push({ groupId: identity.groupId, offsets })
  }

  async commit(): Promise<void> {
    this.#checkEpoch()
    for (const { groupId, offsets } of this.#offsets) this.#kafka.group(groupId).store(offsets)
    this.end('committed')
  }

  async abort(): Promise<void> {
    this.#checkEpoch()
    this.end('aborted')
  }

  async close(): Promise<void> {}

  end(state: 'committed' | 'aborted'): void {
    if (!this.#transaction) return
    this.#transaction.state = state
    for (const [, partition] of this.#touched) this.#kafka.appendMarker(partition)
    this.#transaction = undefined
    this.#touched = new Map()
    this.#offsets = []
  }

  #checkEpoch(): void {
    if (this.#kafka.isFenced(this, this.#transactionalId))
      throw new FencedError([], `the producer's epoch ${this.epoch} has passed`)
  }
}
