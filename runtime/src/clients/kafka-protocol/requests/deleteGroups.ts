import type { Request } from '../transport.ts'

/** `DeleteGroups` v2 (Kafka 2.4), to the group's coordinator: refused while the group has members. */
export function deleteGroups(
  groupIds: readonly string[],
): Request<readonly { readonly groupId: string; readonly errorCode: number }[]> {
  return {
    name: 'DeleteGroups',
    apiKey: 42,
    version: 2,
    isFlexible: true,
    lane: 'prompt',
    encode(writer) {
      writer.array(groupIds, groupId => writer.string(groupId)).tags()
    },
    decode(reader) {
      reader.int32()
      const results = reader.array(() => {
        const result = { groupId: reader.string(), errorCode: reader.int16() }
        reader.tags()
        return result
      })
      reader.tags()
      return results
    },
  }
}
