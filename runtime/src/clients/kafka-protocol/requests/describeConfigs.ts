import type { Request } from '../transport.ts'

export interface DescribedConfigs {
  /** Of a topic; for a broker its id. */
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
const brokerResource = 4

/** `DescribeConfigs` v1 (Kafka 1.1) of topics; any broker answers. */
export function describeConfigs(topics: readonly string[]): Request<readonly DescribedConfigs[]> {
  return describe(topicResource, topics, null)
}

/** The same of a broker, which answers for itself only: these keys. */
export function describeBrokerConfigs(nodeId: number, keys: readonly string[]): Request<readonly DescribedConfigs[]> {
  return describe(brokerResource, [`${nodeId}`], keys)
}

/** @param keys null: all of them */
function describe(
  resource: number,
  names: readonly string[],
  keys: readonly string[] | null,
): Request<readonly DescribedConfigs[]> {
  return {
    name: 'DescribeConfigs',
    apiKey: 32,
    version: 1,
    isFlexible: false,
    lane: 'prompt',
    encode(writer) {
      writer.array(names, name =>
        writer
          .int8(resource)
          .string(name)
          .array(keys, key => writer.string(key)),
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
