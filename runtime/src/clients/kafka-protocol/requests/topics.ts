import type { NewTopic } from '../../client.ts'
import type { Request } from '../transport.ts'

export interface TopicResult {
  readonly topic: string
  readonly errorCode: number
  readonly message: string | null
}

/** `CreateTopics` v4 (Kafka 2.4): -1 partitions or replicas mean the broker's default. */
export function createTopics(topics: readonly NewTopic[], timeoutMs: number): Request<readonly TopicResult[]> {
  return {
    name: 'CreateTopics',
    apiKey: 19,
    version: 4,
    isFlexible: false,
    lane: 'prompt',
    waitMs: timeoutMs,
    encode(writer) {
      writer.array(topics, ({ topic, partitions, replicationFactor, configs }) => {
        writer
          .string(topic)
          .int32(partitions)
          .int16(replicationFactor ?? -1)
        writer.array([], () => {})
        writer.array(Object.entries(configs ?? {}), ([name, value]) => {
          writer.string(name).string(value)
        })
      })
      writer.int32(timeoutMs).bool(false)
    },
    decode(reader) {
      reader.int32()
      return reader.array(() => ({
        topic: reader.string(),
        errorCode: reader.int16(),
        message: reader.nullableString(),
      }))
    },
  }
}

/** `DeleteTopics` v3 (Kafka 2.0). */
export function deleteTopics(topics: readonly string[], timeoutMs: number): Request<readonly TopicResult[]> {
  return {
    name: 'DeleteTopics',
    apiKey: 20,
    version: 3,
    isFlexible: false,
    lane: 'prompt',
    waitMs: timeoutMs,
    encode(writer) {
      writer.array(topics, topic => writer.string(topic)).int32(timeoutMs)
    },
    decode(reader) {
      reader.int32()
      return reader.array(() => ({ topic: reader.string(), errorCode: reader.int16(), message: null }))
    },
  }
}
