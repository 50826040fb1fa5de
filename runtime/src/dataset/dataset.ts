import type { OffsetRange } from '../semantics/ranges.ts'
import {
  checkedKey,
  combineByKey,
  dealByRank,
  dealByTurn,
  joinByKey,
  type Key,
  mergeNeighbours,
  partitionOfKey,
} from './shuffle.ts'
import { lazySource, type Source, valuesOf } from './source.ts'

/** `kafka`: dataset partition i holds records of `offsetRanges[i]` only. `shuffled`: a wide operation has dealt them out anew. */
export type Partitioning = 'kafka' | 'shuffled'

export interface DatasetPartition {
  readonly index: number
}

export interface KafkaDatasetPartition extends DatasetPartition {
  /** The Kafka offsets this partition holds. Exists only before a wide operation: after one, no range belongs to a partition. */
  readonly offsetRange: OffsetRange
}

export type PartitionOf<P extends Partitioning> = P extends 'kafka' ? KafkaDatasetPartition : DatasetPartition

type Pair<K, V> = readonly [K, V]

/**
 * The records of one batch, partitioned, and what is made of them.
 *
 * Operations are lazy and run when an action asks (`collect`, `count`, `reduce`, `foreachPartition`, iteration). Narrow ones (`map`,
 * `filter`, `flatMap`, `mapPartitions`) keep a partition's rows in it and fuse into one loop; wide ones (`reduceByKey`, `groupByKey`,
 * `repartition`, `coalesce`, `sortBy`, `distinct`, `join`, `union`) move rows between partitions.
 *
 * Why the type tells them apart: saving the sums of a shuffled partition together with the offsets of one Kafka partition counts records
 * twice after a crash. So `offsetRange` does not exist there, and all ranges of the batch are saved together instead.
 *
 * @see Spark, RDD programming guide, "Shuffle operations".
 */
export class Dataset<T, P extends Partitioning> {
  readonly #source: Source<T>
  readonly #partitions: readonly PartitionOf<P>[]

  /** @internal */
  constructor(source: Source<T>, partitions: readonly PartitionOf<P>[]) {
    this.#source = source
    this.#partitions = partitions
  }

  get partitions(): readonly PartitionOf<P>[] {
    return this.#partitions
  }

  // Narrow

  map<K, V>(change: (value: T) => readonly [K, V]): Dataset<Pair<K, V>, P>
  map<U>(change: (value: T) => U): Dataset<U, P>
  map<U>(change: (value: T) => U): Dataset<U, P> {
    return this.#narrow((index, sink) => this.#source.run(index, value => sink(change(value))))
  }

  filter<U extends T>(keep: (value: T) => value is U): Dataset<U, P>
  filter(keep: (value: T) => boolean): Dataset<T, P>
  filter(keep: (value: T) => boolean): Dataset<T, P> {
    return this.#narrow((index, sink) =>
      this.#source.run(index, value => {
        if (keep(value)) sink(value)
      }),
    )
  }

  flatMap<U>(change: (value: T) => Iterable<U>): Dataset<U, P> {
    return this.#narrow((index, sink) =>
      this.#source.run(index, value => {
        for (const each of change(value)) sink(each)
      }),
    )
  }

  /** One call a partition, with all its rows. */
  mapPartitions<U>(change: (rows: readonly T[], partition: PartitionOf<P>) => Iterable<U>): Dataset<U, P> {
    return this.#narrow((index, sink) => {
      for (const each of change(valuesOf(this.#source, index), this.#partition(index))) sink(each)
    })
  }

  // Wide

  /** One row a key: its values, combined two at a time. `reduce` must be associative and commutative. */
  reduceByKey<K extends Key, V>(
    this: Dataset<Pair<K, V>, P>,
    reduce: (left: V, right: V) => V,
  ): Dataset<Pair<K, V>, 'shuffled'> {
    const source = this.#source
    return shuffled(source.partitionCount, () => combineByKey('reduceByKey', source, value => value, reduce))
  }

  /** One row a key with all its values, in the order of the partitions and their offsets. */
  groupByKey<K extends Key, V>(this: Dataset<Pair<K, V>, P>): Dataset<Pair<K, readonly V[]>, 'shuffled'> {
    const source = this.#source
    const push = (values: V[], value: V): V[] => {
      values.push(value)
      return values
    }
    return shuffled(source.partitionCount, () => combineByKey('groupByKey', source, (value: V) => [value], push))
  }

  /** Deals the rows out evenly to `partitionCount` partitions. */
  repartition(partitionCount: number): Dataset<T, 'shuffled'> {
    const count = atLeastOne(partitionCount)
    return shuffled(count, () => dealByTurn(this.#source, count))
  }

  /** Puts neighbouring partitions together until there are `partitionCount`; never more than there were. */
  coalesce(partitionCount: number): Dataset<T, 'shuffled'> {
    const count = Math.min(atLeastOne(partitionCount), Math.max(1, this.#source.partitionCount))
    return shuffled(count, () => mergeNeighbours(this.#source, count))
  }

  /** Sorts the whole dataset, stably: partition 0 holds the smallest ranks, and `collect()` answers in order. */
  sortBy<S extends string | number | bigint>(rank: (value: T) => S): Dataset<T, 'shuffled'> {
    return shuffled(this.#source.partitionCount, () => dealByRank(this.#source, rank))
  }

  /** Each value once; for rows that are objects name what makes them equal. */
  distinct(this: Dataset<Key, P>): Dataset<T, 'shuffled'>
  distinct(identity: (value: T) => Key): Dataset<T, 'shuffled'>
  distinct(identity: (value: T) => Key = value => value as Key): Dataset<T, 'shuffled'> {
    const source = this.#source
    return shuffled(source.partitionCount, () => {
      const seen = new Set<Key>()
      const partitions: T[][] = Array.from({ length: source.partitionCount }, () => [])
      for (let index = 0; index < source.partitionCount; index++) {
        source.run(index, value => {
          const key = identity(value)
          if (seen.has(key)) return
          seen.add(checkedKey('distinct', key))
          partitions[partitionOfKey(key, source.partitionCount)]?.push(value)
        })
      }
      return partitions
    })
  }

  /** Inner join by key with another dataset: one row for each pair of values that share a key. */
  join<K extends Key, V, W>(
    this: Dataset<Pair<K, V>, P>,
    other: Dataset<Pair<K, W>, Partitioning>,
  ): Dataset<Pair<K, Pair<V, W>>, 'shuffled'> {
    const source = this.#source
    return shuffled(source.partitionCount, () => joinByKey(source, other.#source))
  }

  /** The rows of both, the other's partitions after these. Counts as wide: partition i no longer belongs to range i. */
  union(other: Dataset<T, Partitioning>): Dataset<T, 'shuffled'> {
    const [left, right] = [this.#source, other.#source]
    const partitionCount = left.partitionCount + right.partitionCount
    const run: Source<T>['run'] = (index, sink) =>
      index < left.partitionCount ? left.run(index, sink) : right.run(index - left.partitionCount, sink)
    return new Dataset<T, 'shuffled'>({ partitionCount, run }, indexes(partitionCount))
  }

  // Actions

  /** All rows, partition after partition. */
  collect(): T[] {
    const values: T[] = []
    this.#each(value => values.push(value))
    return values
  }

  count(): number {
    let count = 0
    this.#each(() => {
      count++
    })
    return count
  }

  /** All rows combined two at a time; `undefined` where there is none. */
  reduce(reduce: (left: T, right: T) => T): T | undefined {
    let combined: { value: T } | undefined
    this.#each(value => {
      if (combined) combined.value = reduce(combined.value, value)
      else combined = { value }
    })
    return combined?.value
  }

  /** Calls `visit` for each row, one after the other; awaits what it returns. */
  async forEach(visit: (value: T) => void | Promise<void>): Promise<void> {
    for (const value of this) {
      const outcome = visit(value)
      if (outcome !== undefined) await outcome
    }
  }

  /** Calls `work` for each partition, one after the other; awaits what it returns. */
  async foreachPartition(work: (rows: readonly T[], partition: PartitionOf<P>) => void | Promise<void>): Promise<void> {
    for (let index = 0; index < this.#source.partitionCount; index++) {
      await work(valuesOf(this.#source, index), this.#partition(index))
    }
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let index = 0; index < this.#source.partitionCount; index++)
      yield* this.#source.rows?.(index) ?? valuesOf(this.#source, index)
  }

  #each(sink: (value: T) => void): void {
    for (let index = 0; index < this.#source.partitionCount; index++) this.#source.run(index, sink)
  }

  #narrow<U>(run: Source<U>['run']): Dataset<U, P> {
    return new Dataset<U, P>({ partitionCount: this.#source.partitionCount, run }, this.#partitions)
  }

  #partition(index: number): PartitionOf<P> {
    const partition = this.#partitions[index]
    if (partition === undefined)
      throw new RangeError(`A dataset of ${this.#partitions.length} partitions has none with index ${index}.`)
    return partition
  }
}

function shuffled<T>(partitionCount: number, compute: () => readonly (readonly T[])[]): Dataset<T, 'shuffled'> {
  return new Dataset<T, 'shuffled'>(lazySource(partitionCount, compute), indexes(partitionCount))
}

function indexes(count: number): readonly DatasetPartition[] {
  return Array.from({ length: count }, (_none, index) => ({ index }))
}

function atLeastOne(partitionCount: number): number {
  if (Number.isInteger(partitionCount) && partitionCount >= 1) return partitionCount
  throw new RangeError(`A dataset needs a whole number of partitions, at least 1, not ${partitionCount}.`)
}
