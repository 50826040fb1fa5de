/** Where the rows of a wide operation go: dealt out by key, by turn or by rank. After it no partition is a Kafka partition. */
import { TidemarkError } from '../errors.ts'
import { type Source, valuesOf } from './source.ts'

/** What can be a key: values that are equal when they look equal. */
export type Key = string | number | bigint | boolean | null | undefined

/** Sums up each partition by itself first, so that only one value a key and partition is moved. */
export function combineByKey<K extends Key, V, C>(
  operation: string,
  source: Source<readonly [K, V]>,
  create: (value: V) => C,
  merge: (combined: C, value: V) => C,
): [K, C][][] {
  const combined = new Map<K, C>()
  for (let index = 0; index < source.partitionCount; index++) {
    source.run(index, ([key, value]) => {
      const before = combined.get(key)
      if (before !== undefined) combined.set(key, merge(before, value))
      else if (combined.has(key)) combined.set(key, merge(before as C, value))
      else combined.set(checkedKey(operation, key), create(value))
    })
  }
  return dealByKey(combined, source.partitionCount)
}

/** Deals rows out one by one, to partitions of equal size. */
export function dealByTurn<T>(source: Source<T>, partitionCount: number): T[][] {
  const partitions = emptyPartitions<T>(partitionCount)
  let turn = 0
  for (let index = 0; index < source.partitionCount; index++) {
    source.run(index, value => {
      partitions[turn]?.push(value)
      turn = (turn + 1) % partitionCount
    })
  }
  return partitions
}

/** Puts neighbouring partitions together until there are `partitionCount`. */
export function mergeNeighbours<T>(source: Source<T>, partitionCount: number): T[][] {
  const partitions = emptyPartitions<T>(partitionCount)
  for (let index = 0; index < source.partitionCount; index++) {
    const target = partitions[Math.floor((index * partitionCount) / source.partitionCount)]
    source.run(index, value => target?.push(value))
  }
  return partitions
}

/** Sorts everything, stably, and cuts it into ranges of equal size: partition 0 holds the smallest. */
export function dealByRank<T, S extends string | number | bigint>(source: Source<T>, rank: (value: T) => S): T[][] {
  const ranked: { readonly value: T; readonly rank: S }[] = []
  for (let index = 0; index < source.partitionCount; index++) {
    source.run(index, value => ranked.push({ value, rank: rank(value) }))
  }
  ranked.sort((left, right) => (left.rank < right.rank ? -1 : left.rank > right.rank ? 1 : 0))
  const size = Math.ceil(ranked.length / source.partitionCount)
  return emptyPartitions<T>(source.partitionCount).map((_empty, index) =>
    ranked.slice(index * size, (index + 1) * size).map(each => each.value),
  )
}

/** Inner join: one row for each pair of values that share a key. */
export function joinByKey<K extends Key, V, W>(
  left: Source<readonly [K, V]>,
  right: Source<readonly [K, W]>,
): (readonly [K, readonly [V, W]])[][] {
  const rightByKey = new Map<K, W[]>()
  for (let index = 0; index < right.partitionCount; index++) {
    for (const [key, value] of valuesOf(right, index)) {
      const values = rightByKey.get(key)
      if (values) values.push(value)
      else rightByKey.set(checkedKey('join', key), [value])
    }
  }
  const partitions = emptyPartitions<readonly [K, readonly [V, W]]>(left.partitionCount)
  for (let index = 0; index < left.partitionCount; index++) {
    left.run(index, ([key, value]) => {
      const target = partitions[partitionOfKey(checkedKey('join', key), left.partitionCount)]
      for (const other of rightByKey.get(key) ?? []) target?.push([key, [value, other]])
    })
  }
  return partitions
}

export function checkedKey<K extends Key>(operation: string, key: K): K {
  if ((typeof key === 'object' && key !== null) || typeof key === 'function') {
    throw new TidemarkError('DATASET_KEY_INVALID', { operation, key })
  }
  return key
}

/** FNV-1a over the key's text: the same partition in every process and run. */
export function partitionOfKey(key: Key, partitionCount: number): number {
  const text = typeof key === 'string' ? key : `${typeof key}:${String(key)}`
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0) % partitionCount
}

function dealByKey<K extends Key, C>(combined: ReadonlyMap<K, C>, partitionCount: number): [K, C][][] {
  const partitions = emptyPartitions<[K, C]>(partitionCount)
  for (const [key, value] of combined) partitions[partitionOfKey(key, partitionCount)]?.push([key, value])
  return partitions
}

function emptyPartitions<T>(count: number): T[][] {
  return Array.from({ length: count }, () => [])
}
