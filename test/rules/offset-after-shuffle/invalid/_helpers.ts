import type { Batch, OffsetRange } from '@tidemark/runtime'

interface Order {
  readonly customer: string
  readonly cents: number
}

export const sumByCustomer = (batch: Batch<Order>) =>
  batch.map(order => [order.value.customer, order.value.cents] as const).reduceByKey((a, b) => a + b)

export function rangeOf(ranges: readonly OffsetRange[], index: number): OffsetRange | undefined {
  return ranges[index]
}
