/** Records and batches in the shape in which kafkajs hands them to a handler. */
import type { Batch, EachBatchPayload, KafkaMessage } from 'kafkajs'
import type { KafkaRecord } from '../../clients/client.ts'
import type { BatchSlice } from '../../dataset/batch.ts'
import type { TopicPartition } from '../../semantics/ranges.ts'
import type { PlainBatch } from './batch.ts'

export function messageOf({ offset, timestampMs, key, value, headers }: KafkaRecord): KafkaMessage {
  return {
    key,
    value,
    timestamp: `${timestampMs}`,
    attributes: 0,
    offset: `${offset}`,
    headers: Object.fromEntries(headers.map(([name, bytes]) => [name, bytes ?? undefined])),
  }
}

/** A batch that moves nothing: whatever the handler resolves or commits of it is let go by. */
export function replayedBatch(
  { range, records }: BatchSlice,
  shape: (record: KafkaRecord) => KafkaMessage,
  onRead: (record: KafkaRecord) => void,
): EachBatchPayload {
  const { topic, partition, untilOffset } = range
  const messages = Array.from(records, record => onValueRead(shape(record), () => onRead(record)))
  const batch: Batch = {
    topic,
    partition,
    highWatermark: `${untilOffset}`,
    messages,
    isEmpty: () => messages.length === 0,
    firstOffset: () => messages[0]?.offset ?? null,
    lastOffset: () => messages.at(-1)?.offset ?? `${untilOffset - 1n}`,
    offsetLag: () => '0',
    offsetLagLow: () => '0',
  }
  return {
    batch,
    resolveOffset: () => {},
    heartbeat: async () => {},
    pause: () => () => {},
    commitOffsetsIfNecessary: async () => {},
    uncommittedOffsets: () => ({ topics: [] }),
    isRunning: () => true,
    isStale: () => false,
  }
}

/** Notes which message of a batch the handler has in hand: the one whose value it read last. */
export function watchMessages(
  batch: PlainBatch,
  onRead: (place: TopicPartition & { readonly offset: bigint }) => void,
): void {
  const { topic, partition } = batch.range
  for (const message of batch.messages) {
    const record = { topic, partition, offset: BigInt(message.offset) }
    onValueRead(message, () => onRead(record))
  }
}

function onValueRead(message: KafkaMessage, note: () => void): KafkaMessage {
  const { value } = message
  return Object.defineProperty(message, 'value', {
    get() {
      note()
      return value
    },
    enumerable: true,
    configurable: true,
  })
}
