/** Producers of plain kafkajs code: what a handler sends is seen, and a recorded replay keeps it from being sent. */
import type { Message, Offsets, Producer, ProducerBatch, ProducerRecord, RecordMetadata, Transaction } from 'kafkajs'
import { currentHandling } from '../outputs.ts'
import { type Outgoing, sendNoted } from '../seenTransaction.ts'

type SentOffsets = Parameters<Transaction['sendOffsets']>[0]

export interface ProducerSetting {
  /** Whether a consumer of this program is stepped. */
  isStepping(): boolean
  /** The group that this run uses in the place of one that its code names. */
  groupOf(groupId: string): string
  /** A transaction has committed these offsets of a group of this run. */
  onCommitted(groupId: string, topics: Offsets['topics']): void
}

/** The producer itself, its methods replaced: programs keep it, compare it and hand it on. */
export function seenProducer(producer: Producer, setting: ProducerSetting): Producer {
  const transaction = producer.transaction.bind(producer)
  return Object.assign(producer, {
    ...seenSends(producer, setting),
    async transaction() {
      // A transaction begun in earnest would fence the program's other ones, and one that is never used cannot be undone.
      if (setting.isStepping() && currentHandling()?.kind === 'recorded') return recordedTransaction()
      return seenTransaction(await transaction(), setting)
    },
  })
}

function seenTransaction(transaction: Transaction, setting: ProducerSetting): Transaction {
  const sendOffsets = transaction.sendOffsets.bind(transaction)
  const commit = transaction.commit.bind(transaction)
  const sent: SentOffsets[] = []
  return Object.assign(transaction, {
    ...seenSends(transaction, setting),
    async sendOffsets(offsets: SentOffsets) {
      // A replay moves no position, whatever its handler asks for.
      const kind = currentHandling()?.kind
      if (kind !== undefined && kind !== 'batch') return
      const own = { ...offsets, consumerGroupId: setting.groupOf(offsets.consumerGroupId) }
      await sendOffsets(own)
      sent.push(own)
    },
    async commit() {
      await commit()
      for (const { consumerGroupId, topics } of sent) setting.onCommitted(consumerGroupId, topics)
    },
  })
}

/** What a handler that is replayed without effect is given: it keeps nothing, and answers as if all went well. */
function recordedTransaction(): Transaction {
  let isActive = true
  const end = async () => {
    isActive = false
  }
  const nothing = { send: async () => [], sendBatch: async () => [] }
  return {
    ...seenSends(nothing, { isStepping: () => true }),
    sendOffsets: async () => {},
    commit: end,
    abort: end,
    isActive: () => isActive,
  }
}

type Sends = Pick<Producer, 'send' | 'sendBatch'>

function seenSends(sender: Sends, { isStepping }: Pick<ProducerSetting, 'isStepping'>): Sends {
  const send = sender.send.bind(sender)
  const sendBatch = sender.sendBatch.bind(sender)
  const noted = (records: Outgoing[], work: () => Promise<RecordMetadata[]>): Promise<RecordMetadata[]> => {
    if (!isStepping() || !currentHandling()) return work()
    const nothing = async () => metadataOf(records)
    return sendNoted(records, { isInTransaction: false, send: work, nothing }) as Promise<RecordMetadata[]>
  }
  return {
    send: (record: ProducerRecord) => noted(outgoing(record.topic, record.messages), () => send(record)),
    sendBatch: (batch: ProducerBatch) =>
      noted(
        (batch.topicMessages ?? []).flatMap(({ topic, messages }) => outgoing(topic, messages)),
        () => sendBatch(batch),
      ),
  }
}

function outgoing(topic: string, messages: readonly Message[] | undefined): Outgoing[] {
  // What is no list kafkajs itself refuses.
  return Array.isArray(messages) ? messages.map(({ key, value }) => ({ topic, key, value })) : []
}

/** One answer a topic, with an offset that no record has: nothing was stored. */
function metadataOf(records: readonly Outgoing[]): RecordMetadata[] {
  return [...new Set(records.map(({ topic }) => topic))].map(topicName => ({
    topicName,
    partition: 0,
    errorCode: 0,
    baseOffset: '-1',
  }))
}
