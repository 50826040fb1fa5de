import type { Request } from '../../clients/kafka-protocol/transport.ts'

export interface DescribedConfigs {
  readonly topic: string
  readonly errorCode: number
  readonly configs: readonly {
    readonly name: string
    /** `null`: not told, since it is secret. */
    readonly value: string | null
    /** Kafka's number: 1 is set on the topic itself, 5 the built-in default, the others come from brokers. */
    readonly source: number
  }[]
}

const topicResource = 2

/** `DescribeConfigs` v1 (Kafka 1.1) of topics; any broker answers. */
export function describeConfigs(topics: readonly string[]): Request<readonly DescribedConfigs[]> {
  return {
    name: 'DescribeConfigs',
    apiKey: 32,
    version: 1,
    isFlexible: false,
    lane: 'prompt',
    encode(writer) {
      writer.array(topics, topic =>
        writer
          .int8(topicResource)
          .string(topic)
          .array(null, () => {}),
      )
      writer.bool(false)
    },
    decode(reader) {
      reader.int32()
      return reader.array(() => {
        const errorCode = reader.int16()
        reader.nullableString()
        reader.int8()
        const topic = reader.string()
        const configs = reader.array(() => {
          const name = reader.string()
          const value = reader.nullableString()
          reader.bool()
          const source = reader.int8()
          reader.bool()
          reader.array(() => {
            reader.string()
            reader.nullableString()
            reader.int8()
          })
          return { name, value, source }
        })
        return { topic, errorCode, configs }
      })
    },
  }
}
