import type { RecordList } from '../clients/client.ts'
import type { OffsetRange } from '../semantics/ranges.ts'
import { Dataset } from './dataset.ts'
import { type ConsumedRecord, ParsedRecords, type RecordWatch, type ValueParser } from './record.ts'

/** Records of one range, as the client decoded them: positions in a buffer. */
export interface BatchSlice {
  readonly range: OffsetRange
  /** In offset order, all within the range. May be empty: markers and gaps take offsets too. */
  readonly records: RecordList
}

/**
 * One batch: a dataset whose partition i holds the records of `offsetRanges[i]`.
 *
 * @example
 * const totals = batch.map(order => [order.value.customer, order.value.amountCents]).reduceByKey((a, b) => a + b)
 */
export class Batch<V> extends Dataset<ConsumedRecord<V>, 'kafka'> {
  /** The ranges of the whole batch, for the driver side: save all of them with the results, or none. */
  readonly offsetRanges: readonly OffsetRange[]
  /** Records in the batch, all partitions together. */
  readonly recordCount: number

  /** @internal */
  constructor(slices: readonly BatchSlice[], parse: ValueParser<V>, watch?: RecordWatch) {
    const partitions = slices.map(({ records }) => new ParsedRecords(records, parse, watch))
    super(
      {
        partitionCount: slices.length,
        run: (index, sink) => partitions[index]?.forEach(sink),
        rows: index => partitions[index] ?? [],
      },
      slices.map(({ range }, index) => ({ index, offsetRange: range })),
    )
    this.offsetRanges = slices.map(slice => slice.range)
    this.recordCount = slices.reduce((count, slice) => count + slice.records.length, 0)
  }
}
