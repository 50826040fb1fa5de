/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/**
 * A half-open range of offsets of one partition: `fromOffset` is read, `untilOffset` is not.
 *
 * Both are positions in the log, not counts of records: transaction markers, aborted records and compaction take offsets too.
 *
 * @see Spark Streaming, Kafka integration guide: `OffsetRange`.
 */
export interface OffsetRange extends TopicPartition {
  readonly fromOffset: bigint
  readonly untilOffset: bigint
}

/** `orders/0`: how a partition is written everywhere a person reads it. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}

/** `orders/0 100..150`: a half-open range as a person reads it. */
export function rangeName(range: OffsetRange): string {
  return `${partitionName(range)} ${range.fromOffset}..${range.untilOffset}`
}

/** Adds a range to an ordered history of one run: what follows directly is joined, so that the history stays short. */
export function appendRange(history: OffsetRange[], range: OffsetRange): void {
  const last = history.findLastIndex(each => each.topic === range.topic && each.partition === range.partition)
  const previous = history[last]
  if (previous?.untilOffset === range.fromOffset) history[last] = { ...previous, untilOffset: range.untilOffset }
  else history.push(range)
}
