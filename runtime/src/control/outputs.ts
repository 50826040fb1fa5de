/** What handlers write, as far as it can be seen, and for which record. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { KafkaRecord } from '../clients/client.ts'
import type { RecordWatch } from '../dataset/record.ts'
import {
  messageBytesMax,
  type OutputsParams,
  type OutputsResult,
  outputsKeptMax,
  outputsPerRequestMax,
  type WireOutput,
  type WirePlace,
} from '../protocol.ts'
import { wirePlace } from './wireRecords.ts'

export type SeenOutput = Pick<WireOutput, 'kind' | 'isInTransaction' | 'target' | 'values' | 'rows' | 'again'>

/** The outputs of one handling of a batch, in the order of writing. */
export class OutputLog {
  readonly #kept: WireOutput[] = []
  readonly #perRecord = new Map<string, number>()
  #total = 0
  #rows = 0
  #againOutside: WireOutput['again'] | undefined

  /** Rows changed and records produced. */
  get rows(): number {
    return this.#rows
  }

  /** What the outputs outside the batch's transaction do when they come again: the worst of them. */
  get againOutside(): WireOutput['again'] | undefined {
    return this.#againOutside
  }

  add(output: SeenOutput, inHand: RecordInHand | undefined, error?: string): void {
    const record = inHand && wirePlace(inHand)
    const index = this.#total++
    if (error === undefined) this.#rows += output.rows
    if (!output.isInTransaction && error === undefined) this.#againOutside = worst(this.#againOutside, output.again)
    if (record) this.#perRecord.set(nameOf(record), this.countOf(record) + 1)
    if (this.#kept.length >= outputsKeptMax) return
    this.#kept.push({ index, ...output, ...(record ? { record } : {}), ...(error === undefined ? {} : { error }) })
  }

  countOf(record: WirePlace): number {
    return this.#perRecord.get(nameOf(record)) ?? 0
  }

  /** A window may be shorter than asked: by the bound on its outputs, or on its bytes. */
  window({ record, from, count }: OutputsParams): OutputsResult {
    const name = record && nameOf(record)
    const all = name === undefined ? this.#kept : this.#kept.filter(each => each.record && nameOf(each.record) === name)
    const outputs: WireOutput[] = []
    let bytesLeft = messageBytesMax / 2
    const start = Math.max(0, Math.floor(Number(from) || 0))
    const end = start + Math.min(outputsPerRequestMax, Math.max(0, Math.floor(Number(count) || 0)))
    for (const output of all.slice(start, end)) {
      if (bytesLeft <= 0) break
      outputs.push(output)
      // A character may take six bytes once it is escaped in JSON.
      bytesLeft -= 300 + 6 * (output.target.length + output.values.reduce((sum, each) => sum + each.length, 0))
    }
    const total = record ? this.countOf(record) : this.#total
    return { total, isComplete: this.#kept.length === this.#total, outputs }
  }
}

/** `recorded`: a replay whose outputs are kept from happening. */
export type HandlingKind = 'batch' | 'replay' | 'recorded'

/** The record itself: a name of it is made only where an output is noted, since a handler reads far more records than it writes for. */
export type RecordInHand = Pick<KafkaRecord, 'topic' | 'partition' | 'offset'>

/** What is known where an output is seen: which handling wrote it, and the record it had in hand. */
interface Handling {
  readonly log: OutputLog
  readonly kind: HandlingKind
  readonly record: RecordInHand | undefined
}

const handling = new AsyncLocalStorage<Handling | undefined>()

/** The handling that runs here; `undefined` outside of handlers, and inside what was seen already. */
export function currentHandling(): Handling | undefined {
  return handling.getStore()
}

/** Runs what must not be seen a second time: a call through a handle whose outputs were noted by the handle. */
export function unseen<T>(work: () => T): T {
  return handling.run(undefined, work)
}

/** Runs a handler so that its outputs are noted. */
export function inHandling<T>(log: OutputLog, kind: HandlingKind, work: () => T): T {
  return handling.run({ log, kind, record: undefined }, work)
}

/**
 * Notes an output of the handler that runs here, once its outcome is known.
 * @param rowsOf how many rows the outcome says were changed.
 */
export function noteOutput<T>(
  output: Omit<SeenOutput, 'rows'>,
  write: () => T,
  rowsOf: (outcome: Awaited<T>) => number,
): T {
  const here = handling.getStore()
  if (!here) return write()
  const done = (outcome: Awaited<T>) => here.log.add({ ...output, rows: rowsOf(outcome) }, here.record)
  const failed = (error: unknown) =>
    here.log.add({ ...output, rows: 0 }, here.record, error instanceof Error ? error.message : String(error))
  try {
    const outcome = unseen(write)
    if (outcome instanceof Promise) outcome.then(done, failed)
    else done(outcome as Awaited<T>)
    return outcome
  } catch (error) {
    failed(error)
    throw error
  }
}

/** The record whose value was read last is the one in hand, until an operation over the whole batch has run through. */
export function recordWatch(onRead: (record: RecordInHand) => void): RecordWatch {
  return {
    onRead(record) {
      takeInHand(record)
      onRead(record)
    },
    onRanThrough: () => takeInHand(undefined),
  }
}

/** From here on, in this flow of calls, outputs belong to this record. */
export function takeInHand(record: RecordInHand | undefined): void {
  const here = handling.getStore()
  if (here && here.record !== record) handling.enterWith({ ...here, record })
}

export function nameOf({ topic, partition, offset }: WirePlace): string {
  return `${topic}/${partition}/${offset}`
}

const order: readonly WireOutput['again'][] = ['same', 'unknown', 'adds']

function worst(one: WireOutput['again'] | undefined, other: WireOutput['again']): WireOutput['again'] {
  return one === undefined || order.indexOf(other) > order.indexOf(one) ? other : one
}
