/** From "these partitions are assigned to us" to "this is where each one starts", before any of their records is read. */
import type { KafkaConnection, LogOffsets, TopicDescription } from '../clients/client.ts'
import { FencedError, TidemarkError } from '../errors.ts'
import type { Protocol } from '../guarantees/guarantee.ts'
import { type OffsetRange, partitionName, type TopicPartition } from '../semantics/ranges.ts'
import {
  answerOffset,
  type DataLossAnswer,
  type LogState,
  type LossReport,
  lossLines,
  lossOf,
  type StartingOffsets,
} from '../semantics/start.ts'
import type { StoredOffset } from '../stores/store.ts'
import type { Trace } from '../trace.ts'
import type { ProcessorOptions } from './options.ts'
import { OwnedPartition } from './owned.ts'

export interface AdoptionOptions {
  readonly connection: KafkaConnection
  readonly protocol: Pick<
    Protocol<never>,
    'positions' | 'plans' | 'replace' | 'grown' | 'startsWholeTopics' | 'initialize'
  >
  readonly groupId: string
  readonly startingOffsets: StartingOffsets
  readonly isAvailableNow: boolean
  /** Partitions are worked on apart, so a frozen batch is rerun in parts. */
  readonly isPerPartition: boolean
  /** Answers losses; `fail` ends the run with the report. */
  answerLoss(reports: readonly LossReport[]): Promise<DataLossAnswer>
}

/** Partitions that are ours, and others' that take part in a frozen batch of ours. */
export interface Adopted {
  readonly owned: OwnedPartition[]
  readonly guests: OwnedPartition[]
}

/**
 * @throws TidemarkError OFFSETS_LOST, STARTING_OFFSET_INVALID, OPTION_INVALID, TOPIC_UNKNOWN: nothing was read or moved.
 * @throws FencedError another owner moved a position while we looked at it.
 */
export async function adopt(partitions: readonly TopicPartition[], options: AdoptionOptions): Promise<Adopted> {
  const { connection, protocol } = options
  const topics = await connection.describeTopics([...new Set(partitions.map(each => each.topic))])
  const logs = await connection.logOffsets(partitions)
  const states = partitions.map(partition => logState(partition, topics, logs))
  const stored = new Map((await protocol.positions(partitions)).map(each => [partitionName(each), each]))

  await answerLosses(states, stored, options)
  await initializeMissing(states, stored, topics, options)

  const owned = states.map(state => {
    const position = stored.get(partitionName(state))
    if (position === undefined) throw new FencedError([state], 'its position vanished while it was read')
    const endOffset = options.isAvailableNow ? state.endOffset : undefined
    return new OwnedPartition({ ...state, offset: position.offset, endOffset })
  })
  return { owned, guests: await resumePlans(owned, options) }
}

/** Gives each partition its part of a batch that was frozen and not committed; answers the parts that are not ours. */
async function resumePlans(
  owned: readonly OwnedPartition[],
  { connection, protocol, isPerPartition }: AdoptionOptions,
): Promise<OwnedPartition[]> {
  const plans = await protocol.plans(owned)
  const ours = new Map(owned.map(each => [partitionName(each), each]))
  const foreign = plans.flatMap(plan => plan.ranges).filter(range => !ours.has(partitionName(range)))
  const isNeeded = foreign.length > 0 && !isPerPartition
  const positions = new Map(
    isNeeded ? (await protocol.positions(foreign)).map(each => [partitionName(each), each]) : [],
  )
  const topics = isNeeded ? await connection.describeTopics([...new Set(foreign.map(each => each.topic))]) : []
  const guests: OwnedPartition[] = []
  for (const { batchId, ranges } of plans) {
    const standsAt = (range: OffsetRange) =>
      ours.get(partitionName(range))?.position ?? positions.get(partitionName(range))?.offset
    // A part that starts elsewhere has committed, or was overtaken by a reset.
    const open = ranges.filter(range => range.fromOffset === standsAt(range) && range.untilOffset > range.fromOffset)
    if (!open.some(range => ours.has(partitionName(range)))) continue
    for (const range of open) {
      const { topic, partition, fromOffset, untilOffset } = range
      const mine = ours.get(partitionName(range))
      const topicId = topics.find(each => each.topic === topic)?.topicId
      const start = { topic, partition, topicId, offset: fromOffset, endOffset: untilOffset, isGuest: true }
      const part = mine ?? new OwnedPartition(start)
      part.plan = { batchId, range, parts: isPerPartition ? 1 : open.length }
      if (!mine) guests.push(part)
    }
  }
  return guests
}

interface PartitionState extends LogState {
  readonly endOffset: bigint
}

function logState(
  partition: TopicPartition,
  topics: readonly TopicDescription[],
  logs: readonly LogOffsets[],
): PartitionState {
  const name = partitionName(partition)
  const topic = topics.find(each => each.topic === partition.topic)
  const log = logs.find(each => partitionName(each) === name)
  if (!topic) throw new TidemarkError('TOPIC_UNKNOWN', { topics: [partition.topic] })
  if (!log)
    throw new TidemarkError('KAFKA_REQUEST_FAILED', {
      request: `ListOffsets for ${name}`,
      reason: 'the answer lacks it',
    })
  const { logStartOffset, highWatermark, lastStableOffset } = log
  return { ...partition, topicId: topic.topicId, logStartOffset, highWatermark, endOffset: lastStableOffset }
}

async function answerLosses(
  states: readonly PartitionState[],
  stored: Map<string, StoredOffset>,
  { protocol, groupId, answerLoss }: AdoptionOptions,
): Promise<void> {
  const losses = states.flatMap(state => {
    const position = stored.get(partitionName(state))
    const report = position && lossOf(position, state)
    return report ? [{ state, position, report }] : []
  })
  if (losses.length === 0) return
  const reports = losses.map(each => each.report)
  const answer = await answerLoss(reports)
  for (const { state, position } of losses) {
    const offset = answerOffset(answer, state)
    if (offset === undefined) throw new TidemarkError('OFFSETS_LOST', { groupId, report: lossLines(reports) })
    const { topic, partition, topicId } = state
    const replacement = { topic, partition, topicId, offset, metadata: undefined }
    await protocol.replace(position, replacement)
    stored.set(partitionName(state), replacement)
  }
}

/**
 * Stores the explicit start of partitions that have none.
 *
 * Partitions that were added to a topic after this pipeline first saw it start at their first record, whatever `startingOffsets` says:
 *   1. a pipeline that starts at the latest offsets runs on a topic of four partitions
 *   2. a fifth is added, and a producer writes to it at once
 *   3. the pipeline learns of it a minute later; "latest" would skip that minute
 */
async function initializeMissing(
  states: readonly PartitionState[],
  stored: Map<string, StoredOffset>,
  topics: readonly TopicDescription[],
  options: AdoptionOptions,
): Promise<void> {
  const { protocol } = options
  const missing = states.filter(state => !stored.has(partitionName(state)))
  if (missing.length === 0) return
  const grown = await protocol.grown(missing, topics)
  const firstSeen = missing.filter(state => !grown.has(partitionName(state)))
  const starting = protocol.startsWholeTopics ? await wholeTopics(firstSeen, topics, options) : firstSeen
  const starts = await startOffsets(starting, options)
  for (const state of [...starting, ...missing.filter(each => grown.has(partitionName(each)))]) {
    const { topic, partition, topicId } = state
    const offset = starts.get(partitionName(state)) ?? state.logStartOffset
    const initial = { topic, partition, topicId, offset, metadata: undefined }
    const stands = await protocol.initialize(initial)
    if (missing.some(each => partitionName(each) === partitionName(state))) stored.set(partitionName(state), stands)
  }
}

async function wholeTopics(
  firstSeen: readonly PartitionState[],
  topics: readonly TopicDescription[],
  { connection }: AdoptionOptions,
): Promise<PartitionState[]> {
  const names = new Set(firstSeen.map(each => each.topic))
  const all = topics
    .filter(each => names.has(each.topic))
    .flatMap(({ topic, partitions }) => partitions.map(({ partition }) => ({ topic, partition })))
  if (all.length === 0) return []
  const logs = await connection.logOffsets(all)
  return all.map(partition => logState(partition, topics, logs))
}

async function startOffsets(states: readonly PartitionState[], options: AdoptionOptions): Promise<Map<string, bigint>> {
  const { startingOffsets, connection } = options
  const starts = new Map<string, bigint>()
  if (typeof startingOffsets === 'object' && 'timestampMs' in startingOffsets) {
    const found = await connection.offsetsForTime(states, startingOffsets.timestampMs)
    const byName = new Map(found.map(each => [partitionName(each), each.offset]))
    for (const state of states)
      starts.set(partitionName(state), byName.get(partitionName(state)) ?? state.highWatermark)
    return starts
  }
  for (const state of states) {
    const named = typeof startingOffsets === 'object' ? explicitOffset(startingOffsets.offsets, state) : startingOffsets
    if (named === 'earliest') starts.set(partitionName(state), state.logStartOffset)
    else if (named === 'latest') starts.set(partitionName(state), state.highWatermark)
    else starts.set(partitionName(state), checkedStart(named, state))
  }
  return starts
}

type ExplicitOffsets = Extract<StartingOffsets, { readonly offsets: unknown }>['offsets']

function explicitOffset(offsets: ExplicitOffsets, state: PartitionState): bigint | 'earliest' | 'latest' {
  const offset = offsets[state.topic]?.[state.partition]
  if (offset !== undefined) return offset
  throw new TidemarkError('OPTION_INVALID', {
    option: 'startingOffsets.offsets',
    value: offsets,
    expected: `an offset, 'earliest' or 'latest' for ${partitionName(state)} too`,
  })
}

function checkedStart(offset: bigint, state: PartitionState): bigint {
  const { logStartOffset, highWatermark } = state
  if (offset >= logStartOffset && offset <= highWatermark) return offset
  throw new TidemarkError('STARTING_OFFSET_INVALID', { partition: state, offset, logStartOffset, highWatermark })
}

/** What `onDataLoss` says to these losses. */
export async function answerOf(
  reports: readonly LossReport[],
  { onDataLoss = 'fail', askOnDataLoss }: Pick<ProcessorOptions<never, object>, 'onDataLoss' | 'askOnDataLoss'>,
  trace: Trace,
): Promise<DataLossAnswer> {
  const answer = onDataLoss === 'ask' ? ((await askOnDataLoss?.(reports)) ?? 'fail') : onDataLoss
  trace({ kind: 'dataLoss', reports, answer })
  return answer
}
