/**
 * The only loop: it owns ordering, commit points and bounds, and sees ports, never adapters.
 *
 * Three flows share it. The group says which partitions are ours. The intake fetches ahead. Lanes take slices and run them as units under
 * the guarantee's protocol: one lane over all partitions for `foreachBatch`, a lane a partition for `foreachPartition`.
 */
import { TidemarkError } from './errors.ts'
import type { Guarantee } from './guarantees/guarantee.ts'
import type { BatchHandler, PartitionHandler } from './processing/handler.ts'
import type { StopReport } from './processing/ledger.ts'
import { type Bounds, checkOptions, type ProcessorOptions } from './processing/options.ts'
import { Run } from './processing/run.ts'

export type { BatchHandler, HandlerContext, PartitionContext, PartitionHandler } from './processing/handler.ts'
export type { StopReport } from './processing/ledger.ts'
export type { ProcessorOptions, RetryOptions, Trigger } from './processing/options.ts'

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
