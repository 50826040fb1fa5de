/**
 * The only loop: it owns ordering, commit points and bounds, and sees ports, never adapters.
 *
 * Three flows share it. The group says which partitions are ours. The intake fetches ahead. Lanes take slices and run them as units under
 * the guarantee's protocol: one lane over all partitions for `foreachBatch`, a lane a partition for `foreachPartition`.
 */
import type { Batch } from './dataset/batch.ts'
import { TidemarkError } from './errors.ts'
import type { Guarantee } from './guarantees/guarantee.ts'
import type { StopReport } from './processing/ledger.ts'
import { type Bounds, checkOptions, type ProcessorOptions } from './processing/options.ts'
import { Run } from './processing/run.ts'
import type { OffsetRange } from './semantics/ranges.ts'

export type { StopReport } from './processing/ledger.ts'
export type { ProcessorOptions, RetryOptions, Trigger } from './processing/options.ts'

/** What every handler gets beside its records, whatever the guarantee. */
export interface HandlerContext {
  /** 1 for the first run of this batch in this process. */
  readonly attempt: number
  /** Aborted when the batch is given up: its partitions went to another owner, or the stop deadline passed. Nothing is committed then. */
  readonly signal: AbortSignal
}

export interface PartitionContext extends HandlerContext {
  /** The range of this partition that this call works on. */
  readonly offsetRange: OffsetRange
}

export type BatchHandler<V, Extra> = (batch: Batch<V>, context: HandlerContext & Extra) => void | Promise<void>
export type PartitionHandler<V, Extra> = (records: Batch<V>, context: PartitionContext & Extra) => void | Promise<void>

export interface Processor<V, Extra extends object> {
  /** Called once a batch, with all its partitions; they commit together. */
  foreachBatch(handler: BatchHandler<V, Extra>): Processor<V, Extra>
  /** Called for each partition by itself; partitions commit apart, and a slow one does not hold back the others. */
  foreachPartition(handler: PartitionHandler<V, Extra>): Processor<V, Extra>
  /**
   * Runs until it is stopped, or until `availableNow` has drained what was there.
   * @returns what was committed, what will be redone, and what is unknown.
   * @throws TidemarkError what a person must look at; the batch in flight is rolled back or not committed, as the guarantee says.
   */
  run(): Promise<StopReport>
  /**
   * Ends the run: the batch in flight may finish within the deadline, later it is given up without a commit.
   *
   * Inside a handler call it without awaiting it: it waits for that very handler.
   * @param options.deadlineMs - @defaultValue `stopDeadlineMs` of the processor
   */
  stop(options?: { readonly deadlineMs?: number }): Promise<StopReport>
}

/**
 * A pipeline: records of a consumer group, in batches, under a guarantee.
 *
 * @throws TidemarkError OPTION_INVALID
 * @example
 * const processor = createProcessor({
 *   client: kafkajs(new Kafka({ clientId: 'totals', brokers: ['localhost:9092'] })),
 *   groupId: 'order-totals',
 *   topics: ['orders'],
 *   value: json<Order>(),
 *   guarantee: transactional(sqlite('totals.db')),
 * })
 * processor.foreachBatch((batch, { tx }) => {
 *   for (const { value } of batch) tx.run(addToTotal, value.customer, value.amountCents)
 * })
 * await processor.run()
 */
export function createProcessor<V, Extra extends object>(
  options: ProcessorOptions<V, Extra> & { readonly guarantee: Guarantee<Extra> },
): Processor<V, Extra> {
  return new RunOnce(options, checkOptions(options))
}

class RunOnce<V, Extra extends object> implements Processor<V, Extra> {
  readonly #options: ProcessorOptions<V, Extra>
  readonly #bounds: Bounds
  #run: Run<V, Extra> | undefined
  #handler: { readonly call: PartitionHandler<V, Extra>; readonly isPerPartition: boolean } | undefined

  constructor(options: ProcessorOptions<V, Extra>, bounds: Bounds) {
    this.#options = options
    this.#bounds = bounds
  }

  foreachBatch(handler: BatchHandler<V, Extra>): this {
    return this.#setHandler(handler, false)
  }

  foreachPartition(handler: PartitionHandler<V, Extra>): this {
    return this.#setHandler(handler, true)
  }

  async run(): Promise<StopReport> {
    if (!this.#handler) throw new TidemarkError('HANDLER_MISSING', {})
    if (this.#run) throw new TidemarkError('RUN_TWICE', {})
    this.#run = new Run(this.#options, this.#bounds, this.#handler)
    return this.#run.result()
  }

  async stop(options: { readonly deadlineMs?: number } = {}): Promise<StopReport> {
    if (!this.#run) return { committed: [], willBeRedone: [], unknown: [], batches: 0, records: 0 }
    return this.#run.stop('stop() was called', options.deadlineMs ?? this.#bounds.stopDeadlineMs)
  }

  #setHandler(call: PartitionHandler<V, Extra>, isPerPartition: boolean): this {
    if (this.#handler) throw new TidemarkError('HANDLER_TWICE', {})
    this.#handler = { call, isPerPartition }
    return this
  }
}
