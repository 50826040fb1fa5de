import type { Request } from '../transport.ts'

export interface MetadataAnswer {
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[]
  readonly clusterId: string | null
  readonly controllerId: number
  readonly topics: readonly MetadataTopic[]
}

export interface MetadataTopic {
  readonly errorCode: number
  readonly topic: string
  /** Base64url of the topic id, `undefined` below version 10. */
  readonly topicId: string | undefined
  readonly isInternal: boolean
  readonly partitions: readonly MetadataPartition[]
}

export interface MetadataPartition {
  readonly errorCode: number
  readonly partition: number
  /** -1: none at the moment. */
  readonly leader: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
}

/** `Metadata` v9 (Kafka 2.4) or v10 (2.8, with topic ids). Never creates a topic. `undefined` asks for all topics. */
export function metadata(topics: readonly string[] | undefined, version: 9 | 10): Request<MetadataAnswer> {
  return {
    name: 'Metadata',
    apiKey: 3,
    version,
    isFlexible: true,
    lane: 'prompt',
    encode(writer) {
      writer.array(topics ?? null, topic => {
        if (version >= 10) writer.raw(Buffer.alloc(16))
        writer.string(topic).tags()
      })
      writer.bool(false).bool(false).bool(false).tags()
    },
    decode(reader) {
      reader.int32()
      const brokers = reader.array(() => {
        const broker = { nodeId: reader.int32(), host: reader.string(), port: reader.int32() }
        reader.nullableString()
        reader.tags()
        return broker
      })
      const clusterId = reader.nullableString()
      const controllerId = reader.int32()
      const topicList = reader.array(() => {
        const errorCode = reader.int16()
        const topic = reader.string()
        const topicId = version >= 10 ? reader.raw(16).toString('base64url') : undefined
        const isInternal = reader.bool()
        const partitions = reader.array(() => {
          const partition = { errorCode: reader.int16(), partition: reader.int32(), leader: reader.int32() }
          reader.int32()
          const replicas = reader.array(() => reader.int32())
          const isr = reader.array(() => reader.int32())
          reader.array(() => reader.int32())
          reader.tags()
          return { ...partition, replicas, isr }
        })
        reader.int32()
        reader.tags()
        return { errorCode, topic, topicId, isInternal, partitions }
      })
      return { brokers, clusterId, controllerId, topics: topicList }
    },
  }
}
