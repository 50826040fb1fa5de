/** Datasets: what each operation answers, in which order, and how often it computes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KafkaRecord } from '../../../runtime/src/clients/client.ts'
import { Batch } from '../../../runtime/src/dataset/batch.ts'
import { json, text } from '../../../runtime/src/dataset/record.ts'
import { partitionOfKey } from '../../../runtime/src/dataset/shuffle.ts'

/** Partition p holds the values as records from offset 100 * p on. */
function batchOf(...partitions: readonly (readonly string[])[]): Batch<string> {
  return new Batch(partitions.map(sliceOf), text)
}

function sliceOf(values: readonly string[], partition: number) {
  const from = BigInt(partition * 100)
  const records = values.map((value, at): KafkaRecord => {
    return {
      topic: 'orders',
      partition,
      offset: from + BigInt(at),
      timestampMs: 0,
      key: null,
      value: Buffer.from(value),
      headers: [],
    }
  })
  return { range: { topic: 'orders', partition, fromOffset: from, untilOffset: from + BigInt(values.length) }, records }
}

test('narrow operations keep partitions, order and ranges, and fuse: each value passes once', () => {
  const calls: string[] = []
  const lengths = batchOf(['a', 'bb'], ['ccc', 'd'])
    .map(record => {
      calls.push(record.value)
      return record.value
    })
    .filter(value => value !== 'd')
    .flatMap(value => [value.length, -value.length])
  assert.deepEqual(calls, [], 'nothing runs before an action')
  assert.deepEqual(lengths.collect(), [1, -1, 2, -2, 3, -3])
  assert.deepEqual(calls, ['a', 'bb', 'ccc', 'd'])
  assert.deepEqual(
    lengths.partitions.map(partition => partition.offsetRange.fromOffset),
    [0n, 100n],
  )
})

test('mapPartitions and foreachPartition see each partition with its range, in turn', async () => {
  const sums = batchOf(['1', '2'], ['3'], []).mapPartitions((rows, { index, offsetRange }) => [
    `${index}:${offsetRange.untilOffset}:${rows.map(row => row.value).join('+')}`,
  ])
  const seen: string[] = []
  await sums.foreachPartition(async rows => {
    await Promise.resolve()
    seen.push(...rows)
  })
  assert.deepEqual(seen, ['0:2:1+2', '1:101:3', '2:200:'])
})

test('reduceByKey answers one row a key, dealt out by the key alone', () => {
  const totals = batchOf(['a', 'b', 'a'], ['b', 'c', 'b'])
    .map(record => [record.value, 1])
    .reduceByKey((left, right) => left + right)
  assert.deepEqual(
    new Map(totals.collect()),
    new Map([
      ['a', 2],
      ['b', 3],
      ['c', 1],
    ]),
  )
  const placed = totals.mapPartitions((rows, { index }) => rows.map(([key]) => [key, index] as const)).collect()
  for (const [key, index] of placed) assert.equal(index, partitionOfKey(key, 2))
})

test('keys whose value is undefined are reduced as well', () => {
  const pairs = batchOf(['a', 'a']).map((): [string, number | undefined] => ['k', undefined])
  assert.deepEqual(pairs.reduceByKey(() => 7).collect(), [['k', 7]])
})

test('groupByKey, distinct, sortBy, union, join, repartition, coalesce', () => {
  const batch = batchOf(['b', 'a'], ['a', 'c'], ['b'])
  const values = batch.map(record => record.value)
  const groups = new Map(
    batch
      .map(record => [record.value, record.offset])
      .groupByKey()
      .collect(),
  )
  assert.deepEqual(groups.get('a'), [1n, 100n])
  assert.deepEqual(values.distinct().collect().sort(), ['a', 'b', 'c'])
  assert.deepEqual(values.sortBy(value => value).collect(), ['a', 'a', 'b', 'b', 'c'])
  assert.equal(values.union(values).count(), 10)
  assert.equal(values.union(values).partitions.length, 6)
  const prices = batchOf(['a', 'c', 'c']).map(record => [record.value, record.offset])
  const joined = values
    .map(value => [value, 'x'])
    .join(prices)
    .collect()
  assert.deepEqual(joined.map(([key, [, offset]]) => `${key}${offset}`).sort(), ['a0', 'a0', 'c1', 'c2'])
  assert.deepEqual(
    values
      .repartition(2)
      .mapPartitions(rows => [rows.length])
      .collect(),
    [3, 2],
  )
  assert.deepEqual(
    values
      .coalesce(2)
      .mapPartitions(rows => [rows.join('')])
      .collect(),
    ['baac', 'b'],
  )
  assert.throws(() => values.repartition(0), /at least 1/)
})

test('records keep topic, partition and offset through a shuffle', () => {
  const moved = batchOf(['a'], ['b']).repartition(1).collect()
  assert.deepEqual(
    moved.map(({ partition, offset, value }) => ({ partition, offset, value })),
    [
      { partition: 0, offset: 0n, value: 'a' },
      { partition: 1, offset: 100n, value: 'b' },
    ],
  )
})

test('a shuffle is computed once, however many actions follow', () => {
  let calls = 0
  const totals = batchOf(['a', 'b'])
    .map(record => {
      calls++
      return [record.value, 1]
    })
    .reduceByKey((left, right) => left + right)
  totals.count()
  totals.collect()
  assert.equal(calls, 2)
})

test('an object as a key is refused by name: it would never equal another', () => {
  const pairs = batchOf(['a', 'a']).map((record): [never, number] => [Buffer.from(record.value) as never, 1])
  assert.throws(() => pairs.reduceByKey((left, right) => left + right).collect(), { code: 'DATASET_KEY_INVALID' })
})

test('what a pass changes in a value is there in the next', () => {
  const batch = new Batch([sliceOf(['{"cents":1}', '{"cents":2}'], 0)], json<{ cents: number }>())
  for (const { value } of batch) value.cents *= 10
  assert.deepEqual(batch.map(({ value }) => value.cents).collect(), [10, 20])
})

test('values are parsed when read, once; a failure names the record', () => {
  let parses = 0
  const batch = new Batch([sliceOf(['1', 'x'], 0)], value => {
    parses++
    return json<number>()(value, {} as never)
  })
  assert.equal(batch.count(), 2)
  assert.equal(parses, 0)
  const [first, second] = batch.collect()
  assert.equal((first?.value ?? 0) + (first?.value ?? 0), 2)
  assert.equal(parses, 1)
  assert.equal(batch.collect()[0]?.value, 1, 'another pass meets the same value')
  assert.equal(parses, 1)
  assert.throws(() => second?.value, /orders\/0 offset 1 could not be parsed/)
})
