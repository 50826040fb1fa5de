import type { TopicPartition } from '../../../semantics/ranges.ts'
import { checkCode } from '../errorCodes.ts'
import type { Request } from '../transport.ts'
import { byTopic } from './byTopic.ts'

/**
 * `OffsetDelete` v0 (Kafka 2.4), to the group's coordinator: the group has then never committed there.
 *
 * @see KIP-496
 */
export function offsetDelete(
  groupId: string,
  partitions: readonly TopicPartition[],
): Request<readonly (TopicPartition & { readonly errorCode: number })[]> {
  return {
    name: 'OffsetDelete',
    apiKey: 47,
    version: 0,
    isFlexible: false,
    lane: 'prompt',
    encode(writer) {
      writer.string(groupId).array(byTopic(partitions), ({ topic, items }) => {
        writer.string(topic).array(items, ({ partition }) => writer.int32(partition))
      })
    },
    decode(reader) {
      checkCode(`OffsetDelete of group ${groupId}`, reader.int16())
      reader.int32()
      const topics = reader.array(() => {
        const topic = reader.string()
        return reader.array(() => ({ topic, partition: reader.int32(), errorCode: reader.int16() }))
      })
      return topics.flat()
    },
  }
}
