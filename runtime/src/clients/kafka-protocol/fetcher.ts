/** Fetches exact positions: one request a leader, nothing reset, failures told in the place of the partition they hit. */
import { pause } from '../../clock.ts'
import { TidemarkError } from '../../errors.ts'
import { partitionName } from '../../semantics/ranges.ts'
import type { FetchError, FetchedPartition, FetchRequest, RecordList } from '../client.ts'
import type { Cluster } from './cluster.ts'
import { builtInCodecs, codecName } from './codecs.ts'
import { KafkaCodeError } from './errorCodes.ts'
import { lazyRecords, type OpenBatch } from './lazyRecords.ts'
import { BatchFormatError, batchesOf, committedBatches, type RecordBatch } from './recordBatch.ts'
import {
  type FetchAnswer,
  type FetchAnswerPartition,
  type FetchPosition,
  fetch,
  fetchVersionWithIds,
} from './requests/fetch.ts'
import { backoffMs } from './retries.ts'

type AskedPosition = FetchRequest['partitions'][number]

const fetchApiKey = 1
/** How much longer than its `maxWaitMs` a fetch holds up the partitions of other leaders. */
const lateAfterMs = 1_000
const noRecords: RecordList = []

export class Fetcher {
  readonly #cluster: Cluster
  /** Which partition goes first in the next request: brokers fill answers in order, and a full one starves those behind. */
  #turn = 0
  /** Failed fetches in a row, by leader; what a caller's next fetch waits for. */
  readonly #failures = new Map<number | 'none', number>()

  /** Answers that are late, by leader. */
  readonly #pending = new Map<number, { readonly key: string; readonly answer: Promise<FetchAnswer> }>()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  async fetch(request: FetchRequest): Promise<readonly FetchedPartition[]> {
    request.signal?.throwIfAborted()
    const { byLeader, missing } = await this.#cluster.leaders(request.partitions)
    const answers = [...byLeader].map(async ([leader, positions]) => {
      const anew = positions.filter(position => this.#isMadeAnew(position))
      const same = positions.filter(position => !anew.includes(position))
      const fetched = same.length > 0 ? await this.#fetchFrom(leader, same, request) : []
      return [...fetched, ...anew.map(madeAnew)]
    })
    if (missing.length > 0) answers.push(this.#answerMissing(missing, request))
    return untilAborted(
      Promise.all(answers).then(lists => lists.flat()),
      request.signal,
    )
  }

  async #fetchFrom(
    leader: number,
    positions: readonly AskedPosition[],
    request: FetchRequest,
  ): Promise<FetchedPartition[]> {
    const first = this.#turn++ % positions.length
    const rotated = [...positions.slice(first), ...positions.slice(0, first)]
    try {
      const answer = await this.#answerInTime(leader, rotated, request)
      if (!answer) return positions.map(position => this.#late(leader, position))
      if (answer.errorCode !== 0) throw new KafkaCodeError('Fetch', answer.errorCode)
      this.#failures.delete(leader)
      const asked = new Map(positions.map(position => [partitionName(position), position]))
      const fetched = answer.partitions.map(partition => this.#read(leader, partition, asked, request))
      const results = await Promise.all(fetched)
      if (results.some(({ error }) => error?.code === 'RETRIABLE')) await this.#backOff(leader, request)
      return results
    } catch (error) {
      if (error instanceof TidemarkError && !error.retriable) throw error
      for (const { topic } of positions) this.#cluster.doubt(topic)
      await this.#backOff(leader, request)
      const reason = error instanceof Error ? error.message : String(error)
      return positions.map(position =>
        failed(position, { code: 'RETRIABLE', message: `${this.#cluster.describePlace(leader, position)}: ${reason}` }),
      )
    }
  }

  /**
   * The answer of a leader, unless it takes much longer than it was told to wait: then its partitions are answered without it,
   * so that a frozen broker holds back none but its own, and the next fetch of the same positions takes the answer up.
   */
  async #answerInTime(
    leader: number,
    positions: readonly AskedPosition[],
    request: FetchRequest,
  ): Promise<FetchAnswer | undefined> {
    const asked = positions.map(position => `${partitionName(position)} ${position.offset}`)
    const key = `${request.isolation} ${asked.toSorted().join()}`
    const pending = this.#pending.get(leader)
    this.#pending.delete(leader)
    const answer = pending?.key === key ? pending.answer : this.#ask(leader, positions, request)
    const inTime = new AbortController()
    const lateMs = request.maxWaitMs + lateAfterMs
    try {
      const late = pause(this.#cluster.surroundings.clock, lateMs, inTime.signal).then(() => undefined)
      const first = await Promise.race([answer, late])
      if (!first) this.#pending.set(leader, { key, answer })
      return first
    } finally {
      answer.catch(() => {})
      inTime.abort()
    }
  }

  #ask(leader: number, positions: readonly AskedPosition[], request: FetchRequest): Promise<FetchAnswer> {
    const topicIds = this.#topicIds(positions)
    return this.#cluster.send(leader, fetch(positions, { ...request, ...(topicIds && { topicIds }) }))
  }

  #late(leader: number, position: AskedPosition): FetchedPartition {
    const message = `${this.#cluster.describePlace(leader, position)}: the broker has not answered yet`
    return failed(position, { code: 'RETRIABLE', message })
  }

  /** The topic has another id than the one the position belongs to: it was deleted and made anew under its name. */
  #isMadeAnew({ topic, topicId }: AskedPosition): boolean {
    const knownId = this.#cluster.knownTopic(topic)?.topicId
    return topicId !== undefined && knownId !== undefined && topicId !== knownId
  }

  /** Ids of all topics, where the brokers take ids and all are known. */
  #topicIds(positions: readonly AskedPosition[]): ReadonlyMap<string, string> | undefined {
    if (!this.#cluster.supports(fetchApiKey, fetchVersionWithIds)) return undefined
    const ids = new Map<string, string>()
    for (const { topic, topicId = this.#cluster.knownTopic(topic)?.topicId } of positions) {
      if (topicId === undefined) return undefined
      ids.set(topic, topicId)
    }
    return ids
  }

  /** Keeps a caller that fetches in a loop from spinning, yet never longer than a fetch without data would take. */
  async #backOff(leader: number | 'none', { maxWaitMs, signal }: FetchRequest): Promise<void> {
    const failures = (this.#failures.get(leader) ?? 0) + 1
    this.#failures.set(leader, failures)
    const { clock, random } = this.#cluster.surroundings
    await pause(clock, Math.min(maxWaitMs, backoffMs(failures, random)), signal)
  }

  async #answerMissing(missing: readonly FetchPosition[], request: FetchRequest): Promise<FetchedPartition[]> {
    await this.#backOff('none', request)
    return missing.map(position => {
      const exists = this.#cluster.knownTopic(position.topic)?.partitions.some(p => p.partition === position.partition)
      return failed(
        position,
        exists
          ? { code: 'RETRIABLE', message: `${partitionName(position)} has no leader at the moment` }
          : { code: 'UNKNOWN_TOPIC_OR_PARTITION', message: `the cluster has no partition ${partitionName(position)}` },
      )
    })
  }

  async #read(
    leader: number,
    answer: FetchAnswerPartition,
    asked: ReadonlyMap<string, FetchPosition>,
    request: FetchRequest,
  ): Promise<FetchedPartition> {
    const position = asked.get(partitionName(answer)) ?? { ...answer, offset: -1n, maxBytes: 0 }
    const place = this.#cluster.describePlace(leader, answer)
    if (answer.errorCode !== 0) {
      const error = new KafkaCodeError('Fetch', answer.errorCode)
      if (error.stale === 'leader') this.#cluster.doubt(answer.topic)
      return failed(position, fetchError(error, place, position.offset), answer)
    }
    try {
      const batches = batchesOf(answer.records)
      const readable =
        request.isolation === 'read_committed'
          ? committedBatches(batches, answer.aborted)
          : batches.filter(batch => !batch.isControl)
      const fromOffset = Number(position.offset)
      const sources = await this.#open(
        answer,
        readable.filter(batch => batch.lastOffset >= fromOffset),
      )
      return new Fetched(position, answer, sources, nextOffset(position, batches))
    } catch (error) {
      return failed(position, unreadable(error, place, position.offset), answer)
    }
  }

  /** Decompresses, where that is needed. */
  async #open(answer: FetchAnswerPartition, batches: readonly RecordBatch[]): Promise<OpenBatch[]> {
    const opened: OpenBatch[] = []
    for (const batch of batches) {
      const bytes = batch.codec === 0 ? batch.payload : await this.#expand(batch)
      const { baseOffset, baseTimestampMs } = batch
      const appendTimestampMs = batch.isLogAppendTime ? batch.maxTimestampMs : undefined
      const { topic, partition } = answer
      opened.push({ batch, source: { topic, partition, bytes, baseOffset, baseTimestampMs, appendTimestampMs } })
    }
    return opened
  }

  async #expand({ codec, payload }: RecordBatch): Promise<Buffer> {
    const decompress = builtInCodecs[codec] ?? this.#cluster.transport.codec(codec)
    if (!decompress) throw new CodecMissing(codecName(codec))
    return decompress(payload)
  }
}

class CodecMissing extends Error {}

/** An answer's records, walked when they are first asked for: so the caller's next fetch can leave before. */
class Fetched implements FetchedPartition {
  readonly topic: string
  readonly partition: number
  readonly error = undefined
  readonly nextOffset: bigint
  readonly logStartOffset: bigint
  readonly lastStableOffset: bigint
  readonly highWatermark: bigint
  readonly sizeBytes: number
  readonly #fromOffset: number
  #batches: readonly OpenBatch[]
  #records: RecordList | undefined

  constructor(
    position: FetchPosition,
    answer: FetchAnswerPartition,
    batches: readonly OpenBatch[],
    nextOffset: bigint,
  ) {
    this.topic = answer.topic
    this.partition = answer.partition
    this.nextOffset = nextOffset
    this.logStartOffset = answer.logStartOffset
    this.lastStableOffset = answer.lastStableOffset
    this.highWatermark = answer.highWatermark
    this.sizeBytes = batches.reduce((sum, { source }) => sum + source.bytes.length, 0)
    this.#fromOffset = Number(position.offset)
    this.#batches = batches
  }

  /** @throws TidemarkError CORRUPT_RECORD */
  get records(): RecordList {
    if (this.#records) return this.#records
    try {
      this.#records = lazyRecords(this.#batches, this.#fromOffset)
    } catch (error) {
      if (!(error instanceof BatchFormatError)) throw error
      throw new TidemarkError('CORRUPT_RECORD', { where: partitionName(this), reason: error.message }, { cause: error })
    }
    this.#batches = []
    return this.#records
  }
}

/** Past all batches of the answer, empty and invisible ones included. */
function nextOffset(position: FetchPosition, batches: readonly RecordBatch[]): bigint {
  const last = batches.at(-1)
  return last && last.lastOffset >= Number(position.offset) ? BigInt(last.lastOffset + 1) : position.offset
}

function failed(position: FetchPosition, error: FetchError, answer?: FetchAnswerPartition): FetchedPartition {
  return {
    topic: position.topic,
    partition: position.partition,
    error,
    records: noRecords,
    nextOffset: position.offset,
    logStartOffset: answer?.logStartOffset ?? -1n,
    lastStableOffset: answer?.lastStableOffset ?? -1n,
    highWatermark: answer?.highWatermark ?? -1n,
    sizeBytes: 0,
  }
}

function madeAnew(position: AskedPosition): FetchedPartition {
  const message = `${partitionName(position)}: the topic was deleted and made anew; offset ${position.offset} belongs to the one before`
  return failed(position, { code: 'UNKNOWN_TOPIC_OR_PARTITION', message })
}

function fetchError(error: KafkaCodeError, place: string, offset: bigint): FetchError {
  const message = `${place}, offset ${offset}: ${error.message}`
  switch (error.codeName) {
    case 'OFFSET_OUT_OF_RANGE':
    case 'UNKNOWN_TOPIC_OR_PARTITION':
    case 'TOPIC_AUTHORIZATION_FAILED':
      return { code: error.codeName, message }
    case 'UNSUPPORTED_COMPRESSION_TYPE':
      return { code: 'UNSUPPORTED_CODEC', message }
    case 'CORRUPT_MESSAGE':
    case 'INVALID_RECORD':
      return { code: 'CORRUPT_RECORD', message }
    default:
      return { code: 'RETRIABLE', message }
  }
}

function unreadable(error: unknown, place: string, offset: bigint): FetchError {
  if (error instanceof CodecMissing)
    return { code: 'UNSUPPORTED_CODEC', message: `${place}, offset ${offset}: compressed with ${error.message}` }
  const reason = error instanceof Error ? error.message : String(error)
  return { code: 'CORRUPT_RECORD', message: `${place}, offset ${offset}: ${reason}` }
}

/** Rejects as soon as the signal is aborted; the broker's late answer is dropped. */
async function untilAborted<Result>(promise: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return promise
  let stopListening = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    stopListening = () => signal.removeEventListener('abort', onAbort)
  })
  promise.catch(() => {})
  return Promise.race([promise, aborted]).finally(stopListening)
}
