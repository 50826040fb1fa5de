/**
 * The producer of the port: idempotent always, transactional with a `transactionalId`.
 *
 * @see KIP-98 (exactly once delivery and transactional messaging), KIP-447 (offsets under member and generation)
 */
import { bug, CommitUnknownError, FencedError, ProduceError, reasonOf, TidemarkError } from '../../errors.ts'
import { partitionName, type TopicPartition } from '../../semantics/ranges.ts'
import type { KafkaProducer, MemberIdentity, OutgoingRecord, ProducerOptions } from '../client.ts'
import { type Cluster, tableError } from './cluster.ts'
import { checkCode, KafkaCodeError } from './errorCodes.ts'
import { PartitionQueue } from './partitionQueue.ts'
import { groupRecords, learnTopics, type RecordGroup } from './recordGroups.ts'
import type { OffsetToCommit } from './requests/offsets.ts'
import {
  addOffsetsToTxn,
  addPartitionsToTxn,
  endTxn,
  initProducerId,
  type ProducerIdentity,
  txnOffsetCommit,
} from './requests/transactions.ts'
import { Sender } from './sender.ts'
import { SendReceipt } from './sendReceipt.ts'
import { TransportError } from './transport.ts'

const transactionTimeoutDefaultMs = 60_000
const deliveryTimeoutDefaultMs = 30_000
/** A little below the broker's default `max.message.bytes` of 1,048,588; where a topic allows less, batches become smaller by themselves. */
const batchBytesDefault = 1_000_000
/** Beyond this `send` waits: what is given faster than brokers take it must not pile up. */
const bufferBytesMax = 32 * 1024 * 1024

/** Gets a producer id; with a transactional id this fences the producer before and ends its open transaction. */
export async function openProducer(cluster: Cluster, options: ProducerOptions): Promise<KafkaProducer> {
  const { transactionalId, transactionTimeoutMs = transactionTimeoutDefaultMs } = options
  const request = initProducerId(transactionalId, transactionTimeoutMs)
  const check = ({ errorCode }: { errorCode: number }) =>
    checkCode(`InitProducerId of ${transactionalId ?? 'an idempotent producer'}`, errorCode)
  const identity =
    transactionalId === undefined
      ? await cluster.sendToAny(request, check)
      : await cluster.sendToCoordinator('transaction', transactionalId, request, check)
  return new ProtocolProducer(cluster, identity, options)
}

type State = 'idle' | 'open' | 'ending' | 'closed'

class ProtocolProducer implements KafkaProducer {
  readonly producerId: bigint
  readonly epoch: number
  readonly #cluster: Cluster
  readonly #sender: Sender
  readonly #transactionalId: string | undefined
  readonly #identity: ProducerIdentity
  readonly #batchBytesMax: number
  readonly #deliveryTimeoutMs: number
  /** Partitions and groups the open transaction covers, each once; a failed attempt is forgotten, so that it is made again. */
  readonly #added = new Map<string, Promise<void>>()
  #toAdd: { readonly partitions: TopicPartition[]; readonly done: Promise<void> } | undefined
  /** The coordinator may know of the open transaction: it must be told how it ends. */
  #isKnownToBroker = false
  #state: State = 'idle'
  #admission: Promise<void> = Promise.resolve()
  #turn = 0

  constructor(cluster: Cluster, identity: ProducerIdentity, options: ProducerOptions) {
    this.producerId = identity.producerId
    this.epoch = identity.epoch
    this.#cluster = cluster
    this.#identity = identity
    this.#transactionalId = options.transactionalId
    this.#batchBytesMax = options.batchBytesMax ?? batchBytesDefault
    this.#deliveryTimeoutMs = options.deliveryTimeoutMs ?? deliveryTimeoutDefaultMs
    this.#sender = new Sender(cluster, {
      identity,
      transactionalId: options.transactionalId,
      compression: options.compression ?? 'none',
      deliveryTimeoutMs: this.#deliveryTimeoutMs,
    })
  }

  async send(records: readonly OutgoingRecord[]): Promise<readonly (TopicPartition & { readonly offset: bigint })[]> {
    if (records.length === 0) return []
    this.#check('send')
    const grouped = await this.#grouped(records)
    await this.#admit()
    this.#check('send')
    const adding =
      this.#transactionalId === undefined ? undefined : this.#addPartitions([...grouped.values()].map(({ at }) => at))
    if (adding) await adding
    this.#check('send')
    return new Promise((resolve, reject) => {
      const receipt = new SendReceipt(resolve, reject)
      const nowMs = this.#cluster.surroundings.clock.nowMs()
      for (const [name, { at, records: list }] of grouped)
        this.#sender.queue(name, () => new PartitionQueue(at, this.#batchBytesMax)).append(list, nowMs, receipt)
      this.#sender.pump()
    })
  }

  begin(): void {
    if (this.#transactionalId === undefined)
      throw new TidemarkError('OPTION_INVALID', {
        option: 'transactionalId',
        value: undefined,
        expected: 'set, for a producer that begins transactions',
      })
    this.#check('begin')
    if (this.#state !== 'idle') throw this.#misuse('begin', `a transaction is ${this.#state} already`)
    this.#added.clear()
    this.#isKnownToBroker = false
    this.#sender.failure = undefined
    this.#state = 'open'
  }

  async sendOffsets(member: MemberIdentity, offsets: readonly OffsetToCommit[]): Promise<void> {
    if (offsets.length === 0) return
    const transactionalId = this.#inTransaction('sendOffsets')
    await this.#once(`group ${member.groupId}`, () => this.#addGroup(transactionalId, member.groupId))
    try {
      await this.#cluster.sendToCoordinator(
        'group',
        member.groupId,
        txnOffsetCommit(transactionalId, this.#identity, member, offsets),
        results => {
          for (const { topic, partition, errorCode } of results)
            checkCode(`TxnOffsetCommit of ${partitionName({ topic, partition })} in group ${member.groupId}`, errorCode)
        },
      )
    } catch (error) {
      throw this.#failure(`TxnOffsetCommit of group ${member.groupId}`, error, offsets)
    }
  }

  async commit(): Promise<void> {
    this.#inTransaction('commit')
    this.#state = 'ending'
    await this.#sender.idle()
    const failure = this.#sender.broken ?? this.#sender.failure
    if (failure) {
      this.#state = 'open'
      throw failure
    }
    await this.#end(true)
  }

  async abort(): Promise<void> {
    this.#inTransaction('abort')
    this.#state = 'ending'
    this.#sender.drop('the transaction was aborted')
    await this.#sender.idle()
    await this.#end(false)
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#sender.drop('the producer was closed')
    this.#sender.close()
    await this.#sender.idle()
  }

  /** Partitions new to the transaction, of all sends of this turn of the event loop, go to the coordinator in one request. */
  async #addPartitions(partitions: readonly TopicPartition[]): Promise<void> {
    const fresh = partitions.filter(partition => !this.#added.has(partitionName(partition)))
    if (fresh.length > 0) {
      this.#toAdd ??= this.#nextAddition()
      this.#toAdd.partitions.push(...fresh)
      for (const partition of fresh) this.#added.set(partitionName(partition), this.#toAdd.done)
    }
    await Promise.all(partitions.map(partition => this.#added.get(partitionName(partition))))
  }

  #nextAddition() {
    const partitions: TopicPartition[] = []
    const transactionalId = this.#transactionalId as string
    const done = Promise.resolve().then(async () => {
      this.#toAdd = undefined
      this.#isKnownToBroker = true
      const request = addPartitionsToTxn(transactionalId, this.#identity, partitions)
      try {
        await this.#cluster.sendToCoordinator('transaction', transactionalId, request, results => {
          for (const { errorCode } of results) checkCode(`AddPartitionsToTxn of ${transactionalId}`, errorCode)
        })
      } catch (error) {
        for (const partition of partitions) this.#added.delete(partitionName(partition))
        throw this.#failure(`AddPartitionsToTxn of ${transactionalId}`, error, partitions)
      }
    })
    done.catch(() => {})
    return { partitions, done }
  }

  async #addGroup(transactionalId: string, groupId: string): Promise<void> {
    const name = `AddOffsetsToTxn of ${transactionalId}`
    this.#isKnownToBroker = true
    const request = addOffsetsToTxn(transactionalId, this.#identity, groupId)
    try {
      await this.#cluster.sendToCoordinator('transaction', transactionalId, request, code => checkCode(name, code))
    } catch (error) {
      throw this.#failure(name, error, [])
    }
  }

  #once(name: string, work: () => Promise<void>): Promise<void> {
    const known = this.#added.get(name)
    if (known) return known
    const done = work()
    this.#added.set(name, done)
    done.catch(() => this.#added.delete(name))
    return done
  }

  /**
   * Ends the transaction. A lost reply is settled by asking for the same end again: the coordinator answers success when
   * it has done so already. Only when that fails too is the outcome unknown.
   */
  async #end(isCommit: boolean): Promise<void> {
    const transactionalId = this.#transactionalId as string
    // Nothing was added: the coordinator knows of no transaction, and would call ending it an error.
    if (!this.#isKnownToBroker) {
      this.#state = 'idle'
      return
    }
    const name = `EndTxn of ${transactionalId}`
    let isDoubtful = false
    const request = endTxn(transactionalId, this.#identity, isCommit)
    try {
      await this.#cluster.sendToCoordinator('transaction', transactionalId, request, code => checkCode(name, code), {
        retryTimeoutMs: this.#deliveryTimeoutMs,
        onFailure: error => {
          isDoubtful ||= error instanceof TransportError && error.wasSent
        },
      })
      this.#state = 'idle'
    } catch (error) {
      const told = this.#failure(name, error, [])
      this.#sender.break(told)
      throw isCommit && isDoubtful
        ? new CommitUnknownError(`transaction ${transactionalId}`, reasonOf(error), { cause: error })
        : told
    }
  }

  #failure(request: string, error: unknown, partitions: readonly TopicPartition[]): Error {
    const isFenced = error instanceof KafkaCodeError && fencedCodes.has(error.codeName)
    if (!isFenced) return tableError(request, error, this.#cluster.transport)
    const fenced = new FencedError(partitions, error.message, { cause: error })
    this.#sender.break(fenced)
    return fenced
  }

  async #grouped(records: readonly OutgoingRecord[]): Promise<Map<string, RecordGroup>> {
    const turn = this.#turn++
    const groups = groupRecords(this.#cluster, records, turn)
    if (groups) return groups
    await learnTopics(this.#cluster, records)
    return groupRecords(this.#cluster, records, turn) ?? bug('a topic that was just learnt is not known')
  }

  /** First come, first served; at once while there is room. */
  async #admit(): Promise<void> {
    if (this.#sender.bytesWaiting < bufferBytesMax) return
    const turn = this.#admission.then(async () => {
      while (this.#sender.bytesWaiting >= bufferBytesMax) await this.#sender.settled()
    })
    this.#admission = turn
    await turn
  }

  #check(what: string): void {
    if (this.#state === 'closed') throw new TidemarkError('CONNECTION_CLOSED', { what: 'The producer' })
    if (this.#sender.broken)
      throw new ProduceError('this producer', `it must be replaced: ${this.#sender.broken.message}`, false, {
        cause: this.#sender.broken,
      })
    if (what === 'send' && this.#transactionalId !== undefined && this.#state !== 'open')
      throw this.#misuse(what, 'no transaction is open')
  }

  #inTransaction(what: string): string {
    if (this.#state === 'closed') throw new TidemarkError('CONNECTION_CLOSED', { what: 'The producer' })
    if (this.#state !== 'open' || this.#transactionalId === undefined)
      throw this.#misuse(what, 'no transaction is open')
    return this.#transactionalId
  }

  #misuse(what: string, why: string): Error {
    return new ProduceError('a transaction', `${what}() was called while ${why}`, false)
  }
}

const fencedCodes: ReadonlySet<string> = new Set([
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
])
