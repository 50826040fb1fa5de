/** Hands the records of an earlier batch to the handler again, without moving a position. */
import type { Clock } from '../clock.ts'
import type { BatchSlice } from '../dataset/batch.ts'
import type { RecordWatch } from '../dataset/record.ts'
import { reasonOf } from '../errors.ts'
import {
  type CapabilityName,
  type Offer,
  type ReplayMode,
  type ReplayParams,
  type ReplayResult,
  replayModes,
} from '../protocol.ts'
import type { OffsetRange } from '../semantics/ranges.ts'
import type { Memory } from './memory.ts'
import { inHandling, OutputLog, type RecordInHand, recordWatch } from './outputs.ts'
import type { Refetched } from './refetch.ts'
import { withSeenTransaction } from './seenTransaction.ts'
import { wirePlace, wireRange } from './wireRecords.ts'

/** What a replay runs through: the processor's own handler and protocol, or plain kafkajs code's handler. */
export interface ReplayStage {
  offerOf(mode: ReplayMode): Offer
  refetch(ranges: readonly OffsetRange[]): Promise<Refetched>
  /** Runs the handler over these records, with what it is given wrapped by `seen`; rejects with what the handler threw. */
  run(slices: readonly BatchSlice[], batchId: string, mode: ReplayMode, call: ReplayCall): Promise<void>
}

export interface ReplayCall {
  readonly watch: RecordWatch
  seen<Extra extends object>(extra: Extra): Extra
  /** Wraps the call of the handler, so that its outputs are noted. */
  noted<T>(work: () => T): T
}

export interface ReplayerOptions {
  readonly clock: Clock
  readonly memory: Memory
  /** Runs it while no batch uses handler or transaction. @throws Error one does. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
  stage(): ReplayStage | undefined
}

/** The capability that stands for a mode. */
export const replayOffers = {
  rolledBack: 'replayRolledBack',
  recorded: 'replayRecorded',
  written: 'replayWritten',
} as const satisfies Record<ReplayMode, CapabilityName>

const rangesMax = 10_000

export class Replayer {
  readonly #options: ReplayerOptions
  #count = 0

  constructor(options: ReplayerOptions) {
    this.#options = options
  }

  /** @throws Error it cannot be replayed, or not now: the message says why. */
  async replay(params: ReplayParams): Promise<ReplayResult> {
    const { mode, batchId } = params
    const stage = this.#options.stage()
    if (!stage) throw new Error('The pipeline has not joined its group yet. Replay when its first batch stands.')
    if (!replayModes.includes(mode)) throw new Error(`There is no replay '${String(mode)}'.`)
    const offer = stage.offerOf(mode)
    if (!offer.isOffered) throw new Error(`A replay '${mode}' is not offered here: ${offer.reason}`)
    if (!Array.isArray(params.ranges) || params.ranges.length > rangesMax) throw new Error('No ranges to replay.')
    const ranges = params.ranges.map(range => ({
      topic: String(range.topic),
      partition: Number(range.partition),
      fromOffset: BigInt(range.fromOffset),
      untilOffset: BigInt(range.untilOffset),
    }))
    return this.#options.exclusively(async () => {
      const { slices, gone } = await stage.refetch(ranges)
      const log = new OutputLog()
      const replayId = `replay-${++this.#count}`
      this.#options.memory.add({ id: replayId, slices, log })
      const startedMs = this.#options.clock.monotonicMs()
      const failure = await run(stage, slices, batchId, mode, log)
      return {
        replayId,
        recordCount: slices.reduce((sum, each) => sum + each.records.length, 0),
        gone: gone.map(wireRange),
        outputCount: log.rows,
        durationMs: this.#options.clock.monotonicMs() - startedMs,
        ...failure,
      }
    })
  }
}

async function run(
  stage: ReplayStage,
  slices: readonly BatchSlice[],
  batchId: string,
  mode: ReplayMode,
  log: OutputLog,
): Promise<Pick<ReplayResult, 'error' | 'record'>> {
  let inHand: RecordInHand | undefined
  try {
    await stage.run(slices, batchId, mode, {
      watch: recordWatch(record => {
        inHand = record
      }),
      seen: withSeenTransaction,
      noted: work => inHandling(log, mode === 'recorded' ? 'recorded' : 'replay', work),
    })
    return {}
  } catch (error) {
    return { error: reasonOf(error), ...(inHand ? { record: wirePlace(inHand) } : {}) }
  }
}
