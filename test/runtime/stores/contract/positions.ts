/** Reading, initializing, moving and setting positions. */
import assert from 'node:assert/strict'
import { assertCode, assertFenced, at, type ContractCase, commit, offsets, orders0, orders1, range } from './kit.ts'

export const positionCases: readonly ContractCase[] = [
  {
    title: 'a commit moves its range, and a reopened store still knows',
    async run(kit) {
      const store = await kit.open()
      await store.initialize(at(orders0, 100n))
      await commit(store, [range(orders0, 100n, 150n)])
      assert.deepEqual(await offsets(store, orders0, orders1), [150n, undefined])
      await store.close()
      assert.deepEqual(await offsets(await kit.open(), orders0, orders1), [150n, undefined])
    },
  },
  {
    title: 'a range that starts elsewhere is fenced and writes nothing: no offset, no proof',
    needs: 'compareAndSet',
    async run(kit) {
      const store = await kit.open()
      await store.initialize(at(orders0, 100n))
      await assertFenced(commit(store, [range(orders0, 99n, 150n)]), orders0)
      await assertFenced(commit(store, [range(orders0, 101n, 150n)]), orders0)
      assert.deepEqual(await offsets(store, orders0), [100n])
      assert.deepEqual(await store.proofs(10), [])
    },
  },
  {
    title: 'a partition that was never initialized is fenced, and no row appears',
    needs: 'compareAndSet',
    async run(kit) {
      const store = await kit.open()
      await assertFenced(commit(store, [range(orders0, 0n, 50n)]), orders0)
      assert.deepEqual(await store.read([orders0]), [])
    },
  },
  {
    title: 'several ranges move together or not at all, whichever of them is stale',
    needs: 'compareAndSet',
    async run(kit) {
      const store = await kit.open()
      await store.initialize(at(orders0, 10n))
      await store.initialize(at(orders1, 20n))
      await assertFenced(commit(store, [range(orders0, 10n, 15n), range(orders1, 21n, 25n)]), orders1)
      await assertFenced(commit(store, [range(orders0, 11n, 15n), range(orders1, 20n, 25n)]), orders0)
      assert.deepEqual(await offsets(store, orders0, orders1), [10n, 20n])
      await commit(store, [range(orders0, 10n, 15n), range(orders1, 20n, 25n)])
      assert.deepEqual(await offsets(store, orders0, orders1), [15n, 25n])
    },
  },
  {
    title: 'of two owners who commit the same range at once, exactly one succeeds',
    needs: 'compareAndSet',
    async run(kit) {
      const first = await kit.open()
      const second = await kit.openRival(first)
      await first.initialize(at(orders0, 0n))
      for (let from = 0n; from < 20n; from++) {
        const moves = [range(orders0, from, from + 1n)]
        const outcomes = await Promise.allSettled([commit(first, moves), commit(second, moves)])
        const statuses = outcomes.map(outcome => outcome.status).sort()
        assert.deepEqual(statuses, ['fulfilled', 'rejected'], `at ${from}`)
      }
      assert.deepEqual(await offsets(second, orders0), [20n])
    },
  },
  {
    title: 'a zombie that wakes up after the take-over is fenced for good',
    async run(kit) {
      const zombie = await kit.open()
      await zombie.initialize(at(orders0, 100n))
      const owner = await kit.openRival(zombie)
      await commit(owner, [range(orders0, 100n, 150n)])
      await assertFenced(commit(zombie, [range(orders0, 100n, 150n)]), orders0)
      await assertFenced(commit(zombie, [range(orders0, 100n, 140n)]), orders0)
      await commit(owner, [range(orders0, 150n, 151n)])
      assert.deepEqual(await offsets(zombie, orders0), [151n])
    },
  },
  {
    title: 'initialize keeps an existing row, and all racers get the one that was first',
    needs: 'insert',
    async run(kit) {
      const first = await kit.open()
      const second = await kit.openRival(first)
      const racers = Array.from({ length: 10 }, (_, index) =>
        (index % 2 ? second : first).initialize(at(orders0, BigInt(index))),
      )
      const seen = new Set((await Promise.all(racers)).map(row => row.offset))
      assert.equal(seen.size, 1)
      assert.deepEqual(await offsets(first, orders0), [...seen])
      const kept = await first.initialize(at(orders0, 999n, { metadata: 'late' }))
      assert.equal(kept.offset, [...seen][0])
      assert.equal(kept.metadata, undefined)
    },
  },
  {
    title: 'reset sets any position, also backwards and without a row, and answers what stood there',
    async run(kit) {
      const store = await kit.open()
      await store.initialize(at(orders0, 100n, { topicId: 'id-1', metadata: 'm' }))
      const before = await store.reset([at(orders0, 7n), at(orders1, 8n)])
      assert.deepEqual(before, [at(orders0, 100n, { topicId: 'id-1', metadata: 'm' })])
      assert.deepEqual(await store.read([orders0, orders1]), [at(orders0, 7n), at(orders1, 8n)])
    },
  },
  {
    title: 'after a reset, a commit from before it is fenced',
    needs: 'compareAndSet',
    async run(kit) {
      const store = await kit.open()
      await store.initialize(at(orders0, 100n))
      await store.reset([at(orders0, 7n)])
      await assertFenced(commit(store, [range(orders0, 100n, 150n)]), orders0)
    },
  },
  {
    title: 'replace is a compare-and-set on offset and topic id that may go backwards',
    async run(kit) {
      const store = await kit.open()
      const stored = at(orders0, 100n, { topicId: 'old', metadata: 'm' })
      await store.initialize(stored)
      const next = at(orders0, 3n, { topicId: 'new', metadata: 'n' })
      await assertFenced(store.replace(at(orders0, 99n, { topicId: 'old' }), next), orders0)
      await assertFenced(store.replace(at(orders0, 100n, { topicId: 'other' }), next), orders0)
      await assertFenced(store.replace(at(orders0, 100n), next), orders0)
      await assertFenced(store.replace(at(orders1, 100n), at(orders1, 3n)), orders1)
      assert.deepEqual(await store.read([orders0, orders1]), [stored])
      await store.replace(stored, next)
      assert.deepEqual(await store.read([orders0]), [next])
    },
  },
  {
    title: 'a commit replaces the metadata, clears it when it brings none, and keeps the topic id',
    async run(kit) {
      const store = await kit.open()
      await store.initialize(at(orders0, 0n, { topicId: 'zQ5-x_', metadata: 'first' }))
      assert.deepEqual(await store.read([orders0]), [at(orders0, 0n, { topicId: 'zQ5-x_', metadata: 'first' })])
      await commit(store, [range(orders0, 0n, 1n)], { metadata: `"quoted", {"json":1}, \n and ünïcødé 日本 🚰` })
      const [row] = await store.read([orders0])
      assert.equal(row?.metadata, `"quoted", {"json":1}, \n and ünïcødé 日本 🚰`)
      assert.equal(row?.topicId, 'zQ5-x_')
      await commit(store, [range(orders0, 1n, 2n)])
      assert.deepEqual(await store.read([orders0]), [at(orders0, 2n, { topicId: 'zQ5-x_' })])
    },
  },
  {
    title: 'offsets beyond 2^53 are exact, up to the largest that Kafka has',
    async run(kit) {
      const store = await kit.open()
      const start = 2n ** 53n
      await store.initialize(at(orders0, start + 1n))
      await commit(store, [range(orders0, start + 1n, start + 3n)])
      assert.deepEqual(await offsets(store, orders0), [start + 3n])
      const last = 2n ** 63n - 1n
      await store.reset([at(orders0, last - 1n)])
      await commit(store, [range(orders0, last - 1n, last)])
      assert.deepEqual(await offsets(store, orders0), [last])
    },
  },
  {
    title: 'offsets beyond 2^53 are compared exactly',
    needs: 'compareAndSet',
    async run(kit) {
      const store = await kit.open()
      const start = 2n ** 53n
      await store.initialize(at(orders0, start + 1n))
      await assertFenced(commit(store, [range(orders0, start, start + 2n)]), orders0)
      assert.deepEqual(await offsets(store, orders0), [start + 1n])
    },
  },
  {
    title: 'an empty range compares all the same',
    needs: 'compareAndSet',
    async run(kit) {
      const store = await kit.open()
      await store.initialize(at(orders0, 5n))
      await commit(store, [range(orders0, 5n, 5n)])
      await assertFenced(commit(store, [range(orders0, 6n, 6n)]), orders0)
    },
  },
  {
    title: 'three hundred partitions in one commit',
    async run(kit) {
      const store = await kit.open()
      const partitions = Array.from({ length: 300 }, (_, partition) => ({ topic: 'wide', partition }))
      await store.reset(partitions.map(partition => at(partition, 0n)))
      await commit(
        store,
        partitions.map(partition => range(partition, 0n, BigInt(partition.partition))),
      )
      const stored = await store.read(partitions)
      assert.deepEqual(
        stored.map(row => row.offset),
        partitions.map(({ partition }) => BigInt(partition)),
      )
    },
  },
  {
    title: 'a range that no log can have is refused before anything is written',
    async run(kit) {
      const store = await kit.open()
      await store.initialize(at(orders0, 5n))
      for (const ranges of [[], [range(orders0, 5n, 4n)], [range(orders0, -1n, 5n)], [range(orders0, 5n, 2n ** 63n)]])
        await assert.rejects(store.commit({ ranges, proof: { ...emptyProof, ranges } }), /Tidemark bug/)
      assert.deepEqual(await offsets(store, orders0), [5n])
    },
  },
  {
    title: 'closing twice is fine; using a closed store is not',
    async run(kit) {
      const store = await kit.open()
      await store.initialize(at(orders0, 5n))
      await Promise.all([store.close(), store.close()])
      await store.close()
      await assertCode(store.read([orders0]), 'CONNECTION_CLOSED')
      await assertCode(commit(store, [range(orders0, 5n, 6n)]), 'CONNECTION_CLOSED')
    },
  },
]

const emptyProof = {
  batchId: 'none',
  records: 0,
  guarantee: 'idempotent',
  fencingToken: '',
  attempt: 1,
  outcome: 'committed',
  startedAtMs: 0,
  committedAtMs: 0,
} as const
