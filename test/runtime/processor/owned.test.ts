/** What one partition hands out: ranges without holes, whatever bounds, markers and gaps do. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FetchedPartition, KafkaRecord } from '../../../runtime/src/clients/client.ts'
import type { BatchSlice } from '../../../runtime/src/dataset/batch.ts'
import { OwnedPartition } from '../../../runtime/src/processing/owned.ts'
import { seededRandom } from '../../../runtime/src/random.ts'

const start = { topic: 'orders', partition: 0, topicId: undefined }

function record(offset: bigint): KafkaRecord {
  return { topic: 'orders', partition: 0, offset, timestampMs: 0, key: null, value: null, headers: [] }
}

function answer(offsets: readonly bigint[], nextOffset: bigint, sizeBytes = offsets.length * 10): FetchedPartition {
  const ends = { logStartOffset: 0n, lastStableOffset: nextOffset, highWatermark: nextOffset }
  return {
    topic: 'orders',
    partition: 0,
    error: undefined,
    records: offsets.map(record),
    nextOffset,
    sizeBytes,
    ...ends,
  }
}

function offsetsOf({ records }: BatchSlice): bigint[] {
  return Array.from(records, ({ offset }) => offset)
}

test('a whole answer takes the markers behind its last record with it', () => {
  const owned = new OwnedPartition({ ...start, offset: 10n })
  owned.accept(answer([10n, 11n], 14n))
  assert.deepEqual(owned.take(100, 1_000).range, { topic: 'orders', partition: 0, fromOffset: 10n, untilOffset: 14n })
})

test('a part of an answer ends behind its last record', () => {
  const owned = new OwnedPartition({ ...start, offset: 10n })
  owned.accept(answer([10n, 15n, 16n], 20n))
  const slice = owned.take(2, 1_000)
  assert.deepEqual([slice.range.untilOffset, slice.records.length, owned.bufferedRecords], [16n, 2, 1])
})

test('one record larger than every bound still runs, alone', () => {
  const owned = new OwnedPartition({ ...start, offset: 0n })
  owned.accept(answer([0n, 1n], 2n, 2_000))
  assert.equal(owned.take(100, 10).records.length, 1)
})

test('an answer that was overtaken by a rewind is dropped', () => {
  const owned = new OwnedPartition({ ...start, offset: 0n })
  owned.accept(answer([0n], 1n))
  owned.accept(answer([0n], 1n))
  assert.equal(owned.bufferedRecords, 1)
})

test('available-now cuts at the end it was given, and knows when it is there', () => {
  const owned = new OwnedPartition({ ...start, offset: 0n, endOffset: 2n })
  owned.accept(answer([0n, 1n, 2n, 3n], 4n))
  const slice = owned.take(100, 1_000)
  assert.deepEqual([slice.records.length, slice.range.untilOffset, owned.wantsFetch], [2, 2n, false])
  owned.position = slice.range.untilOffset
  assert.equal(owned.isAtEnd, true)
})

test('a frozen plan is handed out exactly, once all of it is there', () => {
  const owned = new OwnedPartition({ ...start, offset: 0n })
  const range = { topic: 'orders', partition: 0, fromOffset: 0n, untilOffset: 3n }
  owned.plan = { batchId: 'b', range, parts: 1 }
  owned.accept(answer([0n, 1n], 2n))
  assert.equal(owned.takePlanned(), undefined)
  owned.accept(answer([2n, 3n], 4n))
  const slice = owned.takePlanned()
  assert.deepEqual([slice?.range, slice && offsetsOf(slice)], [range, [0n, 1n, 2n]])
  owned.position = 3n
  assert.deepEqual(offsetsOf(owned.take(10, 1_000)), [3n])
})

test('whatever the bounds: ranges join without hole or overlap, and every record is in the range that holds it', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed)
    const owned = new OwnedPartition({ ...start, offset: 5n })
    const expected: bigint[] = []
    const seen: bigint[] = []
    for (let step = 0; step < 30; step++) {
      if (random.next() < 0.5) {
        const offsets: bigint[] = []
        let offset = owned.fetchOffset
        for (let count = random.integer(6); count > 0; count--) {
          offset += BigInt(random.integer(3))
          offsets.push(offset++)
        }
        owned.accept(answer(offsets, offset + BigInt(random.integer(3))))
        expected.push(...offsets)
      } else if (owned.hasProgress) {
        const slice = owned.take(1 + random.integer(4), 10 + random.integer(60))
        assert.equal(slice.range.fromOffset, owned.position)
        for (const { offset } of slice.records) {
          assert.ok(offset >= slice.range.fromOffset && offset < slice.range.untilOffset, `seed ${seed}`)
          seen.push(offset)
        }
        owned.position = slice.range.untilOffset
      }
    }
    while (owned.hasProgress) {
      const slice = owned.take(3, 1_000)
      seen.push(...offsetsOf(slice))
      owned.position = slice.range.untilOffset
    }
    assert.deepEqual(seen, expected, `seed ${seed}`)
    assert.equal(owned.position, owned.fetchOffset)
    assert.equal(owned.bufferedRecords, 0)
  }
})
