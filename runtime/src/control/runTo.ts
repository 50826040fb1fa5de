/** Finds the record that a person wants to run to, among those of a batch that has not begun. */
import { type Context, createContext, Script } from 'node:vm'
import type { KafkaRecord, RecordList } from '../clients/client.ts'
import type { BatchSlice } from '../dataset/batch.ts'
import { reasonOf } from '../errors.ts'
import { firstIndexFrom } from '../processing/recordLists.ts'
import { matchCharactersMax, type RunToTarget, type StopCause, type WirePlace } from '../protocol.ts'
import { wirePlace } from './wireRecords.ts'

export interface FoundRecord {
  readonly slice: number
  /** Index within the slice. */
  readonly at: number
  /** Index within the batch. */
  readonly index: number
  readonly record: KafkaRecord
}

/** @param from index within the batch of the first record that counts. */
export type RecordFinder = (slices: readonly BatchSlice[], from: number) => FoundRecord | undefined

/** @throws Error the expression is no JavaScript expression, or too long. */
export function recordFinder(target: Exclude<RunToTarget, { kind: 'throw' }>): RecordFinder {
  if (target.kind === 'match') return matching(target.expression)
  if (target.kind === 'time') return firstThat(record => record.timestampMs >= target.timestampMs)
  const offset = BigInt(target.offset)
  return firstThat(
    record => record.offset >= offset,
    ({ range }) => range.topic === target.topic && range.partition === target.partition && range.untilOffset > offset,
  )
}

function firstThat(
  isIt: (record: KafkaRecord) => boolean,
  isSlice: (slice: BatchSlice) => boolean = () => true,
): RecordFinder {
  return (slices, from) =>
    firstOf(
      slices,
      from,
      each => (isSlice(each) ? each.records : []),
      records => records.findIndex(isIt),
    )
}

/** How long an expression may take over all records of one batch: an endless loop in it must not hold the pipeline. */
const matchTimeoutMs = 5_000

/** What an expression sees; copies, so that looking changes nothing. */
const names = ['topic', 'partition', 'offset', 'timestampMs', 'key', 'value', 'headers'] as const

/**
 * The expression is the user's own and runs in the user's own program, like a breakpoint's condition. It has a context of its own, so that
 * it does not change the program by mistake.
 */
function matching(expression: string): RecordFinder {
  const find = compiled(expression)
  return (slices, from) => {
    const context: Context = createContext(
      { seen: undefined, found: -1 },
      { codeGeneration: { strings: false, wasm: false } },
    )
    return firstOf(
      slices,
      from,
      ({ records }) => records,
      records => {
        context.seen = records.map(seenRecord)
        find.runInContext(context, { timeout: matchTimeoutMs })
        return Number(context.found)
      },
    )
  }
}

function firstOf(
  slices: readonly BatchSlice[],
  from: number,
  candidates: (slice: BatchSlice) => RecordList,
  find: (records: readonly KafkaRecord[]) => number,
): FoundRecord | undefined {
  let before = 0
  for (const [slice, each] of slices.entries()) {
    const skipped = Math.min(each.records.length, Math.max(0, from - before))
    const found = find([...candidates(each).slice(skipped)])
    const at = found + skipped
    const record = found < 0 ? undefined : each.records.at(at)
    if (record) return { slice, at, index: before + at, record }
    before += each.records.length
  }
  return undefined
}

function compiled(expression: string): Script {
  if (expression.trim() === '') throw new Error('The expression is empty.')
  if (expression.length > matchCharactersMax)
    throw new Error(`The expression is longer than ${matchCharactersMax} characters.`)
  try {
    // Alone first: what is no expression by itself must not become one inside ours.
    new Script(`(\n${expression}\n)`)
  } catch (error) {
    throw new Error(`This is no JavaScript expression: ${reasonOf(error)}`)
  }
  const isIt = `({ ${names.join(', ')} }) => { try { return (\n${expression}\n) } catch { return false } }`
  return new Script(`found = seen.findIndex(${isIt})`, { filename: 'the expression' })
}

/** `null` where it can be used. */
export function matchProblem(expression: string): string | null {
  try {
    compiled(expression)
    return null
  } catch (error) {
    return reasonOf(error)
  }
}

function seenRecord({ topic, partition, offset, timestampMs, key, value, headers }: KafkaRecord): object {
  return {
    topic,
    partition,
    offset: offset <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(offset) : offset,
    timestampMs,
    key: key?.toString() ?? null,
    value: parsed(value),
    headers: Object.fromEntries(headers.map(([name, bytes]) => [name, bytes?.toString() ?? null])),
  }
}

function parsed(value: Buffer | null): unknown {
  const text = value?.toString() ?? null
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Why a pipeline stands before a record that was run to. */
export function causeOf({ record, index }: FoundRecord): StopCause {
  return { kind: 'runTo', record: wirePlace(record), index }
}

/** A record's index within its batch. */
export function indexOf(
  slices: readonly BatchSlice[],
  { topic, partition, offset }: WirePlace,
): { readonly index?: number } {
  let before = 0
  for (const { range, records } of slices) {
    const isHere = range.topic === topic && range.partition === partition
    const at = isHere ? firstIndexFrom(records, BigInt(offset)) : records.length
    if (`${records.at(at)?.offset}` === offset) return { index: before + at }
    before += records.length
  }
  return {}
}
