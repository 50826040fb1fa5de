import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { systemClock } from '../clock.ts'
import { bug, FencedError, reasonOf, TidemarkError } from '../errors.ts'
import type { TopicPartition } from '../semantics/ranges.ts'
import { fileFailure } from './checkpoint/failure.ts'
import { forgetGroups } from './checkpoint/forget.ts'
import { type CheckpointLock, lockFolder } from './checkpoint/lock.ts'
import { LogFile, readLog } from './checkpoint/log.ts'
import { CheckpointState, type LogRecord } from './checkpoint/state.ts'
import { checkOffset, checkRanges } from './shared/checks.ts'
import { planRefusal } from './shared/plans.ts'
import { Serial } from './shared/serial.ts'
import { offsetToWire, proofToWire, rangeToWire } from './shared/wire.ts'
import { storeFailure } from './sqlite/failure.ts'
import type {
  BatchPlan,
  OffsetStore,
  OpenStore,
  ProofRecord,
  StoreCommit,
  StoredOffset,
  StoreOptions,
} from './store.ts'

export interface CheckpointOptions {
  /**
   * Whether a commit waits until the disk has it. Without, a power cut may lose commits, and their batches are done again;
   * a killed process loses nothing either way.
   * @defaultValue true
   */
  readonly fsync?: boolean
  /** From which size on, in bytes, the log is rewritten without what is over. @defaultValue 1_048_576 */
  readonly logBytesMin?: number
}

/**
 * Offsets in a directory: a write-ahead log, one line a commit, no database needed. A group has its own folder in it.
 *
 * One process at a time may have a group open, so it suits pipelines of one instance; several instances need a store they can
 * share. Results are not kept in it: use it for at-most-once, at-least-once and idempotent processing.
 *
 * @param directory - made if it is missing. A local disk, or a network one with working file locks.
 * @example
 * ```ts
 * const processor = createProcessor({ guarantee: idempotent(checkpoint('./offsets')), ... })
 * ```
 * @see Spark Structured Streaming, `checkpointLocation`; the log's form is told in `checkpoint/lines.ts`.
 */
export function checkpoint(directory: string, options: CheckpointOptions = {}): OffsetStore {
  return {
    kind: 'checkpoint',
    name: `checkpoint ${directory}`,
    isTransactional: false,
    open: storeOptions => OpenCheckpoint.open(directory, { ...options, ...storeOptions }),
    readProofs: async (groupId, limit) => (await readState(directory, groupId)).proofs(limit),
    readOffsets: async groupId => (await readState(directory, groupId)).offsets(),
    forgetGroups: isMeant => forgetGroups(directory, isMeant),
  }
}

const version = 1

class OpenCheckpoint implements OpenStore {
  readonly #name: string
  readonly #lock: CheckpointLock
  readonly #log: LogFile
  readonly #state: CheckpointState
  readonly #header: LogRecord
  readonly #logBytesMin: number
  readonly #serial = new Serial()
  #bytesAfterRewrite: number
  #isClosed = false

  static async open(directory: string, options: CheckpointOptions & StoreOptions): Promise<OpenCheckpoint> {
    const name = `checkpoint ${directory}`
    const folder = join(directory, folderOf(options.groupId))
    let lock: CheckpointLock | undefined
    try {
      lock = await lockFolder(folder, options.clock ?? systemClock)
      if (lock.deadOwner)
        tell(
          options,
          `${name}: taken over from process ${lock.deadOwner.pid} on ${lock.deadOwner.host}, which ended without closing it.`,
        )
      const header: LogRecord = { kind: 'header', version, groupId: options.groupId }
      const { log, records } = await LogFile.open({ name, folder, fsync: options.fsync ?? true }, [header])
      try {
        const state = replay(name, records as LogRecord[], options)
        return new OpenCheckpoint(name, { lock, log, state, header, logBytesMin: options.logBytesMin ?? 1_048_576 })
      } catch (error) {
        await log.close()
        throw error
      }
    } catch (error) {
      await lock?.release()
      throw fileFailure(storeFailure(error, name), name)
    }
  }

  private constructor(
    name: string,
    parts: { lock: CheckpointLock; log: LogFile; state: CheckpointState; header: LogRecord; logBytesMin: number },
  ) {
    this.#name = name
    this.#lock = parts.lock
    this.#log = parts.log
    this.#state = parts.state
    this.#header = parts.header
    this.#logBytesMin = parts.logBytesMin
    this.#bytesAfterRewrite = 0
  }

  read(partitions: readonly TopicPartition[]): Promise<readonly StoredOffset[]> {
    return this.#exclusive(() => this.#rows(partitions))
  }

  async initialize(offset: StoredOffset): Promise<StoredOffset> {
    checkOffset(offset)
    return this.#exclusive(async () => {
      const known = this.#state.offset(offset)
      if (known) return known
      await this.#write({ kind: 'set', offsets: [offsetToWire(offset)] })
      return offset
    })
  }

  /** Compared in memory, which nobody else may change while we hold the lock; then one line for all ranges, so there is no half. */
  async commit({ ranges, proof, metadata, save }: StoreCommit<never>): Promise<void> {
    checkRanges(ranges)
    if (save) bug('results cannot be saved in a checkpoint')
    await this.#exclusive(async () => {
      for (const range of ranges) this.#compare(range, range.fromOffset)
      await this.#write({
        kind: 'commit',
        ranges: ranges.map(rangeToWire),
        ...(metadata !== undefined && { metadata }),
        proof: proofToWire(proof),
      })
    })
  }

  async reset(offsets: readonly StoredOffset[]): Promise<readonly StoredOffset[]> {
    offsets.forEach(checkOffset)
    return this.#exclusive(async () => {
      const before = this.#rows(offsets)
      await this.#write({ kind: 'set', offsets: offsets.map(offsetToWire) })
      return before
    })
  }

  async replace(from: StoredOffset, to: StoredOffset): Promise<void> {
    checkOffset(to)
    await this.#exclusive(async () => {
      this.#compare(from, from.offset)
      if (this.#state.offset(from)?.topicId !== from.topicId)
        throw new FencedError([from], `${this.#name} knows it as another topic`)
      await this.#write({ kind: 'set', offsets: [offsetToWire(to)] })
    })
  }

  async writePlan({ batchId, ranges }: BatchPlan): Promise<void> {
    checkRanges(ranges)
    await this.#exclusive(async () => {
      for (const range of ranges) {
        const standsAt = this.#state.offset(range)?.offset
        const refusal = planRefusal(this.#name, batchId, range, standsAt, this.#state.plan(range))
        if (refusal) throw refusal
      }
      await this.#write({ kind: 'plan', batchId, ranges: ranges.map(rangeToWire) })
    })
  }

  readPlans(partitions: readonly TopicPartition[]): Promise<readonly BatchPlan[]> {
    return this.#exclusive(() => this.#state.plans(partitions))
  }

  proofs(limit: number): Promise<readonly ProofRecord[]> {
    return this.#exclusive(() => this.#state.proofs(limit))
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#serial.run(async () => {
      await this.#log.close()
      await this.#lock.release()
    })
  }

  #rows(partitions: readonly TopicPartition[]): StoredOffset[] {
    return partitions.map(each => this.#state.offset(each)).filter(found => found !== undefined)
  }

  #compare(partition: TopicPartition, expected: bigint): void {
    const found = this.#state.offset(partition)?.offset
    if (found === expected) return
    throw new FencedError([partition], `${this.#name} stands at ${found ?? 'nowhere'}, not at ${expected}`)
  }

  /** First the disk, then the memory: what was not written did not happen. */
  async #write(record: LogRecord): Promise<void> {
    await this.#log.append(record)
    this.#state.apply(record)
    // At least four times what is live, so that rewriting costs a bounded share of what was appended.
    if (this.#log.bytes > Math.max(this.#logBytesMin, this.#bytesAfterRewrite * 4)) await this.#rewrite()
  }

  async #rewrite(): Promise<void> {
    try {
      await this.#log.replace([this.#header, ...this.#state.snapshot()])
    } catch {
      // The record itself is safe, and the old log goes on: this is tried again when it has grown as much once more.
    }
    this.#bytesAfterRewrite = this.#log.bytes
  }

  #exclusive<T>(task: () => Promise<T> | T): Promise<T> {
    if (this.#isClosed) return Promise.reject(new TidemarkError('CONNECTION_CLOSED', { what: this.#name }))
    return this.#serial.run(task)
  }
}

/** Reads the log as it is. A line that is being written at this moment looks like a torn one, and is left out. */
async function readState(directory: string, groupId: string): Promise<CheckpointState> {
  const name = `checkpoint ${directory}`
  try {
    const { records } = await readLog({ name, folder: join(directory, folderOf(groupId)) })
    return replay(name, records as LogRecord[], { groupId })
  } catch (error) {
    throw fileFailure(error, name)
  }
}

/** @throws TidemarkError STORE_VERSION, STORE_CORRUPT */
function replay(name: string, records: readonly LogRecord[], options: StoreOptions): CheckpointState {
  const [header] = records
  const corrupt = (reason: string): TidemarkError => new TidemarkError('STORE_CORRUPT', { store: name, reason })
  if (header?.kind !== 'header') throw corrupt('its log does not begin with a header')
  if (header.version !== version)
    throw new TidemarkError('STORE_VERSION', { store: name, found: header.version, expected: version })
  if (header.groupId !== options.groupId) throw corrupt(`its log belongs to the group '${header.groupId}'`)
  const state = new CheckpointState(options.proofRecordsMax ?? 1_000)
  try {
    for (const record of records) state.apply(record)
  } catch (error) {
    throw corrupt(`its records do not follow from each other: ${reasonOf(error)}`)
  }
  return state
}

/**
 * A group's folder name, good for every file system: small letters, digits, `_` and `-` as they are, everything else as its bytes
 * (capitals too: some file systems do not tell them apart), cut to a length they all take.
 */
function folderOf(groupId: string): string {
  const escaped = groupId.replace(/[^a-z0-9_-]/gu, each => Buffer.from(each).toString('hex').replace(/../g, '%$&'))
  if (escaped.length <= 150) return `group-${escaped}`
  return `group-${escaped.slice(0, 100)}%%${createHash('sha256').update(groupId).digest('hex').slice(0, 32)}`
}

function tell({ onNotice = text => process.emitWarning(text, 'TidemarkNotice') }: StoreOptions, text: string): void {
  onNotice(text)
}
