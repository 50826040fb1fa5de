import { checkCode } from '../errorCodes.ts'
import type { BrokerAddress, Request } from '../transport.ts'

export type CoordinatorKind = 'group' | 'transaction'

export interface Coordinator extends BrokerAddress {
  readonly nodeId: number
}

/** `FindCoordinator` v2 (Kafka 2.0): the broker that owns this group or transactional id. */
export function findCoordinator(kind: CoordinatorKind, key: string): Request<Coordinator> {
  return {
    name: 'FindCoordinator',
    apiKey: 10,
    version: 2,
    isFlexible: false,
    lane: 'prompt',
    encode(writer) {
      writer.string(key).int8(kind === 'group' ? 0 : 1)
    },
    decode(reader) {
      reader.int32()
      checkCode(`FindCoordinator of the ${kind} ${key}`, reader.int16(), reader.nullableString())
      return { nodeId: reader.int32(), host: reader.string(), port: reader.int32() }
    },
  }
}
