/**
 * Counts what lies between a group's positions and the last stable offsets, by reading the log there.
 *
 * Kafka has no request for it: only the batches themselves tell records from markers, aborted data and gaps. Each stretch
 * is read once, as the log grows; how much a refresh reads is bounded, and a backlog too large to be read stays uncounted.
 */
import type { Cluster } from '../clients/kafka-protocol/cluster.ts'
import { builtInCodecs } from '../clients/kafka-protocol/codecs.ts'
import { KafkaCodeError } from '../clients/kafka-protocol/errorCodes.ts'
import { lazyRecords } from '../clients/kafka-protocol/lazyRecords.ts'
import { batchesOf, committedBatches, type RecordBatch } from '../clients/kafka-protocol/recordBatch.ts'
import { type FetchAnswerPartition, fetch } from '../clients/kafka-protocol/requests/fetch.ts'
import { type RangeCount, unreadRange } from '../semantics/lag.ts'
import { LogRuns } from '../semantics/logRuns.ts'
import { partitionName, type TopicPartition } from '../semantics/ranges.ts'
import { watchedKey } from './groupSnapshot.ts'
import type { Layout } from './metadataCache.ts'
import { brokerProblem } from './problems.ts'
import type { CommittedPosition } from './readGroups.ts'
import { reasonOf } from './reasons.ts'
import type { GroupSummary, LogEnds, Problem } from './snapshot.ts'

/** A refresh reads at most this much. */
const bytesPerRefreshMax = 16 << 20
const bytesPerFetchMax = 1 << 20
/** A backlog that is expected to be larger is not read: its owner is reading it already. */
const bytesPerPartitionMax = 64 << 20
const partitionsPerFetchMax = 16
const entriesMax = 2_000
const runsPerEntryMax = 50_000

interface Entry {
  readonly topicId: string | undefined
  readonly runs: LogRuns
  bytesRead: number
  /** Where a position stands inside a batch with gaps: how many of its records lie after it. */
  inside?: { readonly fromOffset: number; readonly untilOffset: number; readonly records: number }
}

/** One partition whose unread range is to be counted. */
interface Task extends TopicPartition {
  readonly name: string
  readonly leader: number
  readonly fromOffset: number
  readonly untilOffset: number
  readonly entry: Entry
}

export interface CountInput {
  readonly group: GroupSummary
  readonly partitions: readonly TopicPartition[]
  readonly committed: readonly CommittedPosition[]
  readonly ends: ReadonlyMap<string, LogEnds>
}

export class LogCounter {
  readonly #cluster: Cluster
  readonly #entries = new Map<string, Entry>()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** Counts of those partitions whose unread range has been read to its end. */
  async count(
    layout: Layout,
    input: CountInput,
  ): Promise<{ readonly byPartition: ReadonlyMap<string, RangeCount>; readonly problems: readonly Problem[] }> {
    const problems: Problem[] = []
    const tasks = this.#tasks(layout, input)
    await this.#readOn(tasks, problems)
    const byPartition = new Map<string, RangeCount>()
    for (const task of tasks) {
      const count = await this.#countOf(task, problems)
      if (count) byPartition.set(task.name, count)
    }
    return { byPartition, problems }
  }

  #tasks({ byTopic }: Layout, { group, partitions, committed, ends }: CountInput): Task[] {
    const positions = new Map(committed.map(position => [partitionName(position), position]))
    return partitions.flatMap(place => {
      const name = partitionName(place)
      const known = ends.get(name)
      const position = positions.get(name)
      const range =
        known && unreadRange({ ...known, committedOffset: position?.offset, isForeign: position?.isForeign })
      const topic = byTopic.get(place.topic)
      const leader = topic?.partitions.find(({ partition }) => partition === place.partition)?.leader ?? -1
      if (!range || range.fromOffset === range.untilOffset || leader < 0 || range.untilOffset > Number.MAX_SAFE_INTEGER)
        return []
      const fromOffset = Number(range.fromOffset)
      const untilOffset = Number(range.untilOffset)
      const entry = this.#entry(`${watchedKey(group)} ${name}`, topic?.topicId, fromOffset, untilOffset)
      return [{ ...place, name, leader, fromOffset, untilOffset, entry }]
    })
  }

  /**
   * What is known stays valid while the log only grows. It begins anew when the position went back or leapt ahead of what
   * was read, when the log became shorter (an unclean election), and when the topic was created again.
   */
  #entry(key: string, topicId: string | undefined, fromOffset: number, untilOffset: number): Entry {
    const known = this.#entries.get(key)
    this.#entries.delete(key)
    const isValid =
      known &&
      known.topicId === topicId &&
      fromOffset >= known.runs.fromOffset &&
      fromOffset <= known.runs.untilOffset &&
      known.runs.untilOffset <= untilOffset
    const entry = isValid ? known : { topicId, runs: new LogRuns(fromOffset), bytesRead: 0 }
    if (isValid) entry.runs.dropBefore(fromOffset)
    this.#entries.set(key, entry)
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= entriesMax) break
      this.#entries.delete(oldest)
    }
    return entry
  }

  async #readOn(tasks: readonly Task[], problems: Problem[]): Promise<void> {
    let bytesLeft = bytesPerRefreshMax
    const failed = new Set<string>()
    for (;;) {
      const open = tasks.filter(task => isWorthReading(task) && !failed.has(task.name))
      if (open.length === 0 || bytesLeft <= 0) return
      const requests = [...Map.groupBy(open, ({ leader }) => leader).values()].map(list =>
        list.slice(0, partitionsPerFetchMax),
      )
      const answers = await Promise.all(requests.map(list => this.#read(list, failed, problems)))
      bytesLeft -= answers.reduce((sum, bytes) => sum + bytes, 0)
    }
  }

  /** One fetch from one leader, from where each of these stopped. @returns bytes read. */
  async #read(tasks: readonly Task[], failed: Set<string>, problems: Problem[]): Promise<number> {
    const leader = tasks[0]?.leader ?? -1
    try {
      const partitions = await this.#fetch(
        leader,
        tasks.map(task => ({ ...task, offset: task.entry.runs.untilOffset })),
      )
      const bytes = partitions.reduce((sum, { records }) => sum + records.length, 0)
      // A first batch larger than its share takes that of the others: their empty answers then say nothing.
      const isConclusive = tasks.length === 1 || bytes + bytesPerFetchMax <= bytesPerFetchMax * tasks.length
      for (const [i, answer] of partitions.entries()) {
        const task = tasks[i] as Task
        const hasMoved = answer.errorCode === 0 && take(task, answer, isConclusive)
        if (answer.errorCode !== 0)
          problems.push({ place: task.name, reason: reasonOf(new KafkaCodeError('Fetch', answer.errorCode)) })
        if (answer.errorCode !== 0 || (!hasMoved && isConclusive)) failed.add(task.name)
      }
      return Math.max(bytes, 1)
    } catch (error) {
      for (const { name } of tasks) failed.add(name)
      problems.push(brokerProblem(this.#cluster, leader, error))
      return 0
    }
  }

  async #fetch(
    leader: number,
    positions: readonly (TopicPartition & { readonly offset: number })[],
  ): Promise<readonly FetchAnswerPartition[]> {
    const asked = positions.map(({ topic, partition, offset }) => ({
      topic,
      partition,
      offset: BigInt(offset),
      maxBytes: bytesPerFetchMax,
    }))
    const options = {
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: bytesPerFetchMax * asked.length,
      isolation: 'read_committed',
    } as const
    const { partitions } = await this.#cluster.send(leader, fetch(asked, options))
    const byName = new Map(partitions.map(answer => [partitionName(answer), answer]))
    return positions.flatMap(position => byName.get(partitionName(position)) ?? [])
  }

  async #countOf(task: Task, problems: Problem[]): Promise<RangeCount | undefined> {
    const { entry, fromOffset, untilOffset } = task
    if (entry.runs.untilOffset < untilOffset) return undefined
    const count = entry.runs.count(fromOffset, untilOffset)
    if (!('unclear' in count)) return count
    try {
      const { isReadable } = count.unclear
      entry.inside = entry.inside?.fromOffset === fromOffset ? entry.inside : await this.#lookInside(task)
      const { untilOffset: batchEnd, records } = entry.inside
      const rest = entry.runs.count(batchEnd, untilOffset)
      if ('unclear' in rest) return undefined
      const readable = rest.readable + (isReadable ? BigInt(records) : 0n)
      const markersAndAborted = rest.markersAndAborted + (isReadable ? 0n : BigInt(records))
      return { readable, markersAndAborted, gaps: BigInt(untilOffset - fromOffset) - readable - markersAndAborted }
    } catch (error) {
      problems.push({ place: task.name, reason: reasonOf(error) })
      return undefined
    }
  }

  /** Decodes the one batch that the position lies in. */
  async #lookInside(task: Task): Promise<NonNullable<Entry['inside']>> {
    const { topic, partition, leader, fromOffset } = task
    const [answer] = await this.#fetch(leader, [{ topic, partition, offset: fromOffset }])
    const batch = answer && batchesOf(answer.records).find(({ lastOffset }) => lastOffset >= fromOffset)
    if (!batch) throw new Error(`the batch at ${fromOffset} was not answered`)
    const bytes = await this.#expand(batch)
    const { baseOffset, baseTimestampMs } = batch
    const source = { topic, partition, bytes, baseOffset, baseTimestampMs, appendTimestampMs: undefined }
    const records = lazyRecords([{ batch, source }], fromOffset)
    return { fromOffset, untilOffset: batch.lastOffset + 1, records: records.length }
  }

  async #expand({ codec, payload }: RecordBatch): Promise<Buffer> {
    if (codec === 0) return payload
    const decompress = builtInCodecs[codec] ?? this.#cluster.transport.codec(codec)
    if (!decompress) throw new Error(`records compressed with codec ${codec} cannot be read here`)
    return decompress(payload)
  }
}

/** Appends what an answer holds. @returns whether there was progress. */
function take({ entry, untilOffset }: Task, answer: FetchAnswerPartition, isConclusive: boolean): boolean {
  const before = entry.runs.untilOffset
  const batches = batchesOf(answer.records)
  const readable = new Set(committedBatches(batches, answer.aborted))
  for (const batch of batches) {
    if (batch.baseOffset >= untilOffset) break
    entry.runs.append({
      fromOffset: batch.baseOffset,
      untilOffset: batch.lastOffset + 1,
      recordCount: batch.recordCount,
      isReadable: readable.has(batch),
    })
  }
  const isAtEnd =
    (answer.records.length === 0 && isConclusive) || batches.some(({ baseOffset }) => baseOffset >= untilOffset)
  if (isAtEnd) entry.runs.coverUntil(untilOffset)
  entry.bytesRead += answer.records.length
  return entry.runs.untilOffset > before
}

function isWorthReading({ entry, untilOffset }: Task): boolean {
  const { fromOffset, untilOffset: counted, runCount } = entry.runs
  if (counted >= untilOffset || runCount > runsPerEntryMax) return false
  if (entry.bytesRead === 0 || counted === fromOffset) return true
  const bytesPerOffset = entry.bytesRead / (counted - fromOffset)
  return (untilOffset - counted) * bytesPerOffset <= bytesPerPartitionMax
}
