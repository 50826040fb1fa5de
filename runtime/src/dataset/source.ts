/**
 * How a dataset computes: pushed, one loop a partition.
 *
 * Narrow operations wrap the sink, so that `map(f).filter(g).map(h)` runs as one loop with no array in between and no promise a record.
 */
export type Sink<T> = (value: T) => void

export interface Source<T> {
  readonly partitionCount: number
  run(index: number, sink: Sink<T>): void
  /** The same one by one, as they are asked for, where they need not all exist at once. */
  rows?(index: number): Iterable<T>
}

/** All values of one partition, in order. */
export function valuesOf<T>(source: Source<T>, index: number): T[] {
  const values: T[] = []
  source.run(index, value => values.push(value))
  return values
}

export function sourceOfArrays<T>(partitions: readonly (readonly T[])[]): Source<T> {
  return {
    partitionCount: partitions.length,
    run(index, sink) {
      for (const value of partitions[index] ?? []) sink(value)
    },
  }
}

/** Computes the partitions when the first of them is read, once: what a shuffle deals out does not change between two actions. */
export function lazySource<T>(partitionCount: number, compute: () => readonly (readonly T[])[]): Source<T> {
  let computed: readonly (readonly T[])[] | undefined
  return {
    partitionCount,
    run(index, sink) {
      computed ??= compute()
      for (const value of computed[index] ?? []) sink(value)
    },
  }
}
