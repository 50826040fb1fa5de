/** The records of exact ranges, fetched again: the log is immutable, so they are the same, except for what retention has taken. */
import type { KafkaConnection, RecordList } from '../clients/client.ts'
import type { BatchSlice } from '../dataset/batch.ts'
import { firstIndexFrom, joined } from '../processing/recordLists.ts'
import { type OffsetRange, partitionName } from '../semantics/ranges.ts'

export interface Refetched {
  readonly slices: readonly BatchSlice[]
  /** The beginnings of ranges that are no longer in the log. */
  readonly gone: readonly OffsetRange[]
}

export interface RefetchOptions {
  readonly connection: Pick<KafkaConnection, 'fetch' | 'logOffsets'>
  readonly isolation: 'read_committed' | 'read_uncommitted'
}

const recordsMax = 1_000_000
const bytesMax = 256 << 20
const waitMs = 500
/** Answers in a row that bring a range no further, before it is given up. */
const emptyAnswersMax = 20

/** @throws Error the ranges hold more than can be kept, or a partition cannot be read: the message says why. */
export async function refetch(ranges: readonly OffsetRange[], options: RefetchOptions): Promise<Refetched> {
  const { connection } = options
  const logs = await connection.logOffsets(ranges.map(({ topic, partition }) => ({ topic, partition })))
  const room = { records: recordsMax, bytes: bytesMax }
  const slices: BatchSlice[] = []
  const gone: OffsetRange[] = []
  for (const range of ranges) {
    const log = logs.find(each => partitionName(each) === partitionName(range))
    if (!log) throw new Error(`${partitionName(range)} is not in the cluster any more.`)
    const start = larger(range.fromOffset, log.logStartOffset)
    if (range.fromOffset < log.logStartOffset) gone.push({ ...range, untilOffset: smaller(start, range.untilOffset) })
    const records = start < range.untilOffset ? await recordsOf({ ...range, fromOffset: start }, options, room) : []
    slices.push({ range, records })
  }
  return { slices, gone }
}

async function recordsOf(
  range: OffsetRange,
  { connection, isolation }: RefetchOptions,
  room: { records: number; bytes: number },
): Promise<RecordList> {
  const { topic, partition } = range
  const parts: RecordList[] = []
  let offset = range.fromOffset
  for (let empty = 0; offset < range.untilOffset; ) {
    const [answer] = await connection.fetch({
      partitions: [{ topic, partition, offset, maxBytes: 1 << 20 }],
      isolation,
      maxWaitMs: waitMs,
      minBytes: 1,
      maxBytes: 4 << 20,
    })
    if (answer?.error && answer.error.code !== 'RETRIABLE') throw new Error(answer.error.message)
    if (!answer || answer.nextOffset <= offset) {
      if (++empty >= emptyAnswersMax)
        throw new Error(`${partitionName(range)} does not answer from offset ${offset} to ${range.untilOffset}.`)
      continue
    }
    empty = 0
    const within = answer.records.slice(0, firstIndexFrom(answer.records, range.untilOffset))
    room.records -= within.length
    room.bytes -= answer.sizeBytes
    if (room.records < 0 || room.bytes < 0)
      throw new Error(
        `The ranges hold more than ${recordsMax} records or ${bytesMax >> 20} MiB, too much to replay at once.`,
      )
    parts.push(within)
    offset = answer.nextOffset
  }
  return joined(parts)
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other
}

function smaller(one: bigint, other: bigint): bigint {
  return one < other ? one : other
}
