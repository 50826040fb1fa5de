import type { KafkaProducer, MemberIdentity, OutgoingRecord } from '../clients/client.ts'
import { bug, CommitUnknownError, ProduceError, reasonOf, TidemarkError } from '../errors.ts'
import { Turns } from '../turns.ts'
import type { Guarantee, GuaranteeEnvironment, Steps, TransactionalContext, WorkUnit } from './guarantee.ts'
import { type GroupPositions, openGroupPositions } from './positions.ts'

/** Names Kafka itself as the store of a transactional pipeline; made by `kafka()`. */
export interface KafkaTransactions {
  readonly transactionTimeoutMs: number
}

/** Produced records of one batch: readers with `read_committed` see all of them once the batch commits, or none. */
export interface KafkaTransaction {
  /** Resolves when the records are acknowledged. Await it; sends of one handler may be in flight together. */
  send(...records: readonly OutgoingRecord[]): Promise<void>
}

/**
 * Consume, transform, produce: output records and consumed offsets in one Kafka transaction.
 *
 * @param options.transactionTimeoutMs - the broker aborts a transaction that is open longer. @defaultValue 60_000 ms
 * @example guarantee: transactional(kafka())
 */
export function kafka(options: { readonly transactionTimeoutMs?: number } = {}): KafkaTransactions {
  return { transactionTimeoutMs: options.transactionTimeoutMs ?? 60_000 }
}

const name = 'transactional exactly-once in Kafka'

/**
 * The protocol (KIP-98, KIP-447):
 *   1. a producer of this instance is initialised, which bumps its epoch, before any offset is read
 *   2. begin; the handler sends
 *   3. the ranges' `untilOffset` join the transaction under the member and generation in which the batch began: a zombie is refused
 *      here, and so is one that has meanwhile joined again, whose new generation would let its old batch pass
 *   4. commit
 * After any error the producer is thrown away and a new one initialised, which aborts what was open. When the answer to 4 was lost,
 * initialising waits until the broker has ended the old transaction one way or the other; then the committed offsets tell which.
 */
export function openKafkaTransactions(
  transactions: KafkaTransactions,
): Guarantee<TransactionalContext<KafkaTransaction>> {
  return {
    name,
    storeName: 'Kafka transactions',
    async open(environment) {
      refuseUnsafe(environment)
      const positions = await openGroupPositions(name, environment)
      const producers = new ProducerSlot(environment, transactions.transactionTimeoutMs)
      await producers.current()
      // A transactional producer has one transaction at a time.
      const turns = new Turns()
      return {
        ...positions,
        mayRetry: true,
        failureEffect: 'The transaction was aborted: readers with read_committed see none of its records.',
        // After a commit whose answer was lost: a new producer first, which ends the old transaction, and only then a look at the offsets.
        async positions(partitions) {
          await producers.current()
          return positions.positions(partitions)
        },
        rehearsal: { rollsBack: 'the broker', run: (_unit, handle) => turns.run(() => rehearse(producers, handle)) },
        run(unit, steps) {
          const identity = environment.membership().identity()
          return turns.run(async () => {
            const producer = await producers.current()
            try {
              producer.begin()
              await runTransaction(producer, identity, unit, steps, positions)
            } catch (error) {
              // An open transaction would hold back every read_committed reader until it times out.
              if (!(error instanceof CommitUnknownError)) await producer.abort().catch(() => {})
              await producers.discard()
              throw error
            }
          })
        },
        async close() {
          await producers.discard()
          await positions.close()
        },
      }
    },
  }
}

async function runTransaction(
  producer: KafkaProducer,
  identity: MemberIdentity,
  unit: WorkUnit,
  steps: Steps<TransactionalContext<KafkaTransaction>>,
  positions: GroupPositions,
): Promise<void> {
  await handleWith(producer, context => steps.handle(context))
  await steps.saved()
  await positions.commitBy(unit, offsets => producer.sendOffsets(identity, offsets))
  try {
    await producer.commit()
  } catch (error) {
    if (isIndefinite(error)) throw new CommitUnknownError('the Kafka transaction', reasonOf(error), { cause: error })
    throw error
  }
}

/** Sends in a transaction that is aborted, whatever comes of it. */
async function rehearse(
  producers: ProducerSlot,
  handle: (context: TransactionalContext<KafkaTransaction>) => Promise<void>,
): Promise<void> {
  const producer = await producers.current()
  producer.begin()
  try {
    await handleWith(producer, handle)
  } finally {
    await producer.abort().catch(() => {})
    await producers.discard()
  }
}

/** Runs the handler with a handle that is good until it has resolved; then waits for everything that was sent. */
async function handleWith(
  producer: KafkaProducer,
  handle: (context: TransactionalContext<KafkaTransaction>) => Promise<void>,
): Promise<void> {
  let isOpen = true
  const sends = new Set<Promise<unknown>>()
  const tx: KafkaTransaction = {
    async send(...records) {
      if (!isOpen) bug('tx.send was called after its batch had ended')
      const sent = producer.send(records)
      sends.add(sent)
      await sent.finally(() => sends.delete(sent))
    },
  }
  await handle({ tx })
  isOpen = false
  await Promise.all(sends)
}

/** What a person may take over an open transaction: the default of the broker's `transaction.max.timeout.ms`. */
const steppedTimeoutMs = 900_000

/** The one producer of this instance, replaced after any error: its sequence numbers and its open transaction cannot be trusted then. */
class ProducerSlot {
  readonly #environment: GuaranteeEnvironment
  readonly #transactionTimeoutMs: number
  readonly #transactionalId: string
  #producer: KafkaProducer | undefined

  constructor(environment: GuaranteeEnvironment, transactionTimeoutMs: number) {
    this.#environment = environment
    this.#transactionTimeoutMs = environment.isStepped
      ? Math.max(transactionTimeoutMs, steppedTimeoutMs)
      : transactionTimeoutMs
    // Under a name that stays, a restart ends at once what its dead self left open; else readers wait for the transaction's timeout.
    this.#transactionalId = `${environment.groupId}-${environment.instanceId ?? environment.random.id()}`
  }

  async current(): Promise<KafkaProducer> {
    this.#producer ??= await this.#environment.connection.producer({
      transactionalId: this.#transactionalId,
      transactionTimeoutMs: this.#transactionTimeoutMs,
    })
    return this.#producer
  }

  async discard(): Promise<void> {
    const producer = this.#producer
    this.#producer = undefined
    await producer?.close().catch(() => {})
  }
}

function refuseUnsafe({ capabilities, clientName }: GuaranteeEnvironment): void {
  const missing = !capabilities.fencedTransactions
    ? 'its transactions carry no member and generation, so a zombie could commit'
    : !capabilities.safeIdempotentProduce
      ? 'after a produce error it may lose or double an acknowledged record'
      : undefined
  if (missing === undefined) return
  throw new TidemarkError('GUARANTEE_UNSUPPORTED', {
    guarantee: name,
    by: clientName,
    why: missing,
    wayOut: 'Use transactional(store) with a database, or another client.',
  })
}

function isIndefinite(error: unknown): boolean {
  if (error instanceof ProduceError) return error.indefinite
  return typeof error === 'object' && error !== null && 'indefinite' in error && error.indefinite === true
}
