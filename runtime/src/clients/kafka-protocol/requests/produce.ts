import type { TopicPartition } from '../../../semantics/ranges.ts'
import type { Request } from '../transport.ts'
import { byTopic } from './byTopic.ts'

export interface ProduceBatch extends TopicPartition {
  /** One record batch, header and checksum included. */
  readonly bytes: Buffer
}

export interface ProduceResult extends TopicPartition {
  readonly errorCode: number
  /** Of the first record; the first write's when the batch was a repetition. */
  readonly baseOffset: bigint
  readonly message: string | null
}

/** `Produce` v8 (Kafka 2.4), acknowledged by all in-sync replicas. At most one batch a partition. */
export function produce(
  batches: readonly ProduceBatch[],
  transactionalId: string | undefined,
  timeoutMs: number,
): Request<readonly ProduceResult[]> {
  return {
    name: 'Produce',
    apiKey: 0,
    version: 8,
    isFlexible: false,
    lane: 'produce',
    waitMs: timeoutMs,
    encode(writer) {
      writer
        .string(transactionalId ?? null)
        .int16(-1)
        .int32(timeoutMs)
      writer.array(byTopic(batches), ({ topic, items }) => {
        writer.string(topic).array(items, ({ partition, bytes }) => {
          writer.int32(partition).bytes(bytes)
        })
      })
    },
    decode(reader) {
      const topics = reader.array(() => {
        const topic = reader.string()
        return reader.array(() => {
          const head = { topic, partition: reader.int32(), errorCode: reader.int16(), baseOffset: reader.int64() }
          reader.int64()
          reader.int64()
          const perRecord = reader.array(() => ({ index: reader.int32(), message: reader.nullableString() }))
          const message = reader.nullableString() ?? perRecord[0]?.message ?? null
          return { ...head, message }
        })
      })
      return topics.flat()
    },
  }
}
