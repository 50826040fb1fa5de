import { checkCode } from '../errorCodes.ts'
import type { Request } from '../transport.ts'

export const listGroupsKey = 16

export interface ListedGroup {
  readonly groupId: string
  /** `consumer`, `connect`, `share`, empty for groups that only store offsets. */
  readonly protocolType: string
  /** Empty below version 4. */
  readonly state: string
  /** `classic`, `consumer`, `share`, `streams`; empty below version 5. */
  readonly type: string
}

/** `ListGroups` v3 (Kafka 2.4), v4 (2.6, states), v5 (3.8, types): the groups that this broker coordinates. */
export function listGroups(version: 3 | 4 | 5): Request<readonly ListedGroup[]> {
  return {
    name: 'ListGroups',
    apiKey: listGroupsKey,
    version,
    isFlexible: true,
    lane: 'prompt',
    encode(writer) {
      if (version >= 4) writer.array([], () => {})
      if (version >= 5) writer.array([], () => {})
      writer.tags()
    },
    decode(reader) {
      reader.int32()
      checkCode('ListGroups', reader.int16())
      return reader.array(() => {
        const group = {
          groupId: reader.string(),
          protocolType: reader.string(),
          state: version >= 4 ? reader.string() : '',
          type: version >= 5 ? reader.string() : '',
        }
        reader.tags()
        return group
      })
    },
  }
}
