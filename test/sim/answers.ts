/** What a simulated broker answers, one function a request. The fields are those of Kafka's protocol guide. */
import type { WireReader, WireWriter } from '../../runtime/src/clients/kafka-protocol/wire.ts'
import type { ClusterModel, SimulatedGroup } from './model.ts'

export interface Asked {
  readonly model: ClusterModel
  readonly nodeId: number
  readonly ports: readonly number[]
  readonly elapsedMs: number
  readonly version: number
  readonly request: WireReader
  readonly answer: WireWriter
  /** Whether the body begins with a null array, which reads like an empty one. */
  readonly isNullFirst: boolean
}

interface Api {
  readonly min: number
  readonly max: number
  /** First version with compact lengths and tag sections; none below it. */
  readonly flexibleFrom: number
  readonly respond: (asked: Asked) => void
}

const never = 99
const unknownTopic = 3

export const apis: ReadonlyMap<number, Api> = new Map([
  [1, { min: 11, max: 11, flexibleFrom: never, respond: fetch }],
  [2, { min: 5, max: 5, flexibleFrom: never, respond: listOffsets }],
  [3, { min: 9, max: 10, flexibleFrom: 9, respond: metadata }],
  [9, { min: 7, max: 8, flexibleFrom: 7, respond: offsetFetch }],
  [10, { min: 2, max: 2, flexibleFrom: never, respond: findCoordinator }],
  [15, { min: 5, max: 5, flexibleFrom: 5, respond: describeGroups }],
  [16, { min: 3, max: 5, flexibleFrom: 3, respond: listGroups }],
  [18, { min: 0, max: 0, flexibleFrom: never, respond: apiVersions }],
  [32, { min: 1, max: 1, flexibleFrom: never, respond: describeConfigs }],
  [69, { min: 0, max: 0, flexibleFrom: 0, respond: describeConsumerGroups }],
])

/** `UNSUPPORTED_VERSION` in the form of version 0, as brokers do, so that the client asks again lower. */
function apiVersions({ version, answer }: Asked): void {
  answer.int16(version === 0 ? 0 : 35)
  answer.array([...apis], ([apiKey, { min, max }]) => answer.int16(apiKey).int16(min).int16(max))
}

function metadata({ model, ports, version, request, answer, isNullFirst }: Asked): void {
  const names = request.array(() => {
    if (version >= 10) request.raw(16)
    const name = request.string()
    request.tags()
    return name
  })
  const topics = isNullFirst
    ? Array.from({ length: model.topicCount }, (_, topic) => topic)
    : names.map(name => model.topicOf(name) ?? -1)
  answer.int32(0)
  answer.array(ports, port =>
    answer
      .int32(1 + ports.indexOf(port))
      .string('127.0.0.1')
      .int32(port)
      .string(null)
      .tags(),
  )
  answer.string('simulated').int32(1)
  answer.array(topics, topic => {
    answer.int16(topic < 0 ? unknownTopic : 0).string(model.topicName(topic))
    if (version >= 10) answer.raw(topicId(topic))
    answer.bool(false)
    const partitions = Array.from({ length: topic < 0 ? 0 : model.partitionCount(topic) }, (_, i) => i)
    answer.array(partitions, partition => {
      const replicas = model.replicas(topic, partition)
      answer.int16(0).int32(partition).int32(model.leader(topic, partition)).int32(0)
      answer.array(replicas, replica => answer.int32(replica))
      answer.array(replicas, replica => answer.int32(replica))
      answer.array([], () => {}).tags()
    })
    answer.int32(-2147483648).tags()
  })
  answer.tags()
}

function listOffsets({ model, elapsedMs, request, answer }: Asked): void {
  request.int32()
  request.int8()
  const topics = request.array(() => ({
    name: request.string(),
    partitions: request.array(() => {
      const partition = request.int32()
      request.int32()
      return { partition, timestamp: request.int64() }
    }),
  }))
  answer.int32(0)
  answer.array(topics, ({ name, partitions }) => {
    const topic = model.topicOf(name) ?? -1
    answer.string(name).array(partitions, ({ partition, timestamp }) => {
      const offset = timestamp === -2n ? model.start(topic) : model.end(topic, partition, elapsedMs)
      answer
        .int32(partition)
        .int16(topic < 0 ? unknownTopic : 0)
        .int64(-1n)
        .int64(BigInt(offset))
        .int32(0)
    })
  })
}

function listGroups({ model, nodeId, version, answer }: Asked): void {
  answer.int32(0).int16(0)
  answer.array(
    model.groups.filter(({ coordinator }) => coordinator === nodeId),
    group => {
      answer.string(group.groupId).string(group.protocolType)
      if (version >= 4) answer.string(group.state)
      if (version >= 5) answer.string(group.type)
      answer.tags()
    },
  )
  answer.tags()
}

function offsetFetch(asked: Asked): void {
  const { model, version, request, answer } = asked
  answer.int32(0)
  if (version < 8) {
    const index = groupIndex(model, request.string())
    committedTopics(asked, index)
    answer.int16(0).tags()
    return
  }
  const groupIds = request.array(() => {
    const groupId = request.string()
    request.array(() => {})
    request.tags()
    return groupId
  })
  answer.array(groupIds, groupId => {
    answer.string(groupId)
    committedTopics(asked, groupIndex(model, groupId))
    answer.int16(0).tags()
  })
  answer.tags()
}

function committedTopics({ model, elapsedMs, answer }: Asked, index: number): void {
  answer.array(model.groups[index]?.topics ?? [], topic => {
    answer.string(model.topicName(topic))
    const partitions = Array.from({ length: model.partitionCount(topic) }, (_, i) => i)
    answer.array(partitions, partition => {
      answer.int32(partition).int64(BigInt(model.committed(index, topic, partition, elapsedMs)))
      answer.int32(0).string('').int16(0).tags()
    })
    answer.tags()
  })
}

function findCoordinator({ model, ports, request, answer }: Asked): void {
  const coordinator = model.groups[groupIndex(model, request.string())]?.coordinator ?? 1
  answer
    .int32(0)
    .int16(0)
    .string(null)
    .int32(coordinator)
    .string('127.0.0.1')
    .int32(ports[coordinator - 1] ?? 0)
}

function describeGroups({ model, request, answer }: Asked): void {
  const groups = request.array(() => model.groups[groupIndex(model, request.string())])
  answer.int32(0)
  answer.array(groups, group => {
    answer
      .int16(0)
      .string(group?.groupId ?? '')
      .string(group?.state ?? 'Dead')
      .string(group?.protocolType ?? '')
      .string('range')
    answer.array(group?.state === 'Stable' ? [group] : [], member => {
      answer.string(`${member.groupId}-member`).string(null).string('simulated').string('/127.0.0.1')
      answer.bytes(Buffer.alloc(0)).bytes(assignment(model, member)).tags()
    })
    answer.int32(0).tags()
  })
  answer.tags()
}

function describeConsumerGroups({ model, request, answer }: Asked): void {
  const groups = request.array(() => model.groups[groupIndex(model, request.string())])
  answer.int32(0)
  answer.array(groups, group => {
    answer
      .int16(0)
      .string(null)
      .string(group?.groupId ?? '')
      .string(group?.state ?? 'Dead')
      .int32(1)
      .int32(1)
      .string('uniform')
    answer
      .array([], () => {})
      .int32(0)
      .tags()
  })
  answer.tags()
}

function describeConfigs({ model, request, answer }: Asked): void {
  const names = request.array(() => {
    request.int8()
    const name = request.string()
    request.array(() => {})
    return name
  })
  answer.int32(0)
  answer.array(names, name => {
    answer
      .int16(model.topicOf(name) === undefined ? unknownTopic : 0)
      .string(null)
      .int8(2)
      .string(name)
    answer.array([['retention.ms', '3600000', 1] as const, ['cleanup.policy', 'delete', 5] as const], config => {
      answer.string(config[0]).string(config[1]).int8(0).int8(config[2]).int8(0)
      answer.array([], () => {})
    })
  })
}

/** One dense batch from the asked offset to the end: the header is all that counting looks at. */
function fetch({ model, elapsedMs, request, answer }: Asked): void {
  for (let i = 0; i < 4; i++) request.int32()
  request.int8()
  request.int32()
  request.int32()
  const topics = request.array(() => ({
    name: request.string(),
    partitions: request.array(() => {
      const partition = request.int32()
      request.int32()
      const offset = Number(request.int64())
      request.int64()
      request.int32()
      return { partition, offset }
    }),
  }))
  answer.int32(0).int16(0).int32(0)
  answer.array(topics, ({ name, partitions }) => {
    const topic = model.topicOf(name) ?? -1
    answer.string(name).array(partitions, ({ partition, offset }) => {
      const end = model.end(topic, partition, elapsedMs)
      answer
        .int32(partition)
        .int16(0)
        .int64(BigInt(end))
        .int64(BigInt(end))
        .int64(BigInt(model.start(topic)))
      answer
        .array([], () => {})
        .int32(-1)
        .bytes(offset < end ? batch(offset, end) : Buffer.alloc(0))
    })
  })
}

function batch(from: number, until: number): Buffer {
  const bytes = Buffer.alloc(61)
  bytes.writeBigInt64BE(BigInt(from), 0)
  bytes.writeInt32BE(bytes.length - 12, 8)
  bytes.writeInt8(2, 16)
  bytes.writeInt32BE(until - from - 1, 23)
  bytes.writeBigInt64BE(-1n, 43)
  bytes.writeInt32BE(until - from, 57)
  return bytes
}

/** `ConsumerProtocolAssignment` v0. */
function assignment(model: ClusterModel, { topics }: SimulatedGroup): Buffer {
  const parts: Buffer[] = [int16(0), int32(topics.length)]
  for (const topic of topics) {
    const name = Buffer.from(model.topicName(topic))
    const partitions = Array.from({ length: model.partitionCount(topic) }, (_, i) => int32(i))
    parts.push(int16(name.length), name, int32(partitions.length), ...partitions)
  }
  return Buffer.concat([...parts, int32(-1)])
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function groupIndex(_model: ClusterModel, groupId: string): number {
  return Number(/^group-(\d+)$/.exec(groupId)?.[1] ?? -1)
}

function topicId(topic: number): Buffer {
  const bytes = Buffer.alloc(16)
  bytes.writeInt32BE(topic + 1, 12)
  return bytes
}
