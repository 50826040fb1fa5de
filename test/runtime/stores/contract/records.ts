/** What is kept beside the offsets: frozen plans and proof records. */
import assert from 'node:assert/strict'
import { assertFenced, at, type ContractCase, commit, orders0, orders1, proof, range } from './kit.ts'

export const recordCases: readonly ContractCase[] = [
  {
    title: 'a frozen plan is the same after a reopen',
    needs: 'plans',
    async run(kit) {
      const plan = { batchId: '0:0', ranges: [range(orders0, 2n ** 53n + 1n, 2n ** 60n + 1n), range(orders1, 7n, 8n)] }
      const store = await kit.open()
      for (const { fromOffset, ...partition } of plan.ranges) await store.initialize(at(partition, fromOffset))
      assert.deepEqual(await store.readPlans([orders0, orders1]), [])
      await store.writePlan(plan)
      assert.deepEqual(await store.readPlans([orders0, orders1]), [plan])
      await store.close()
      assert.deepEqual(await (await kit.open()).readPlans([orders0, orders1]), [plan])
    },
  },
  {
    title:
      'plans are kept a partition each: instances of one group do not overwrite each other, a new batch replaces an old one',
    needs: 'plans',
    async run(kit) {
      const one = await kit.open()
      const other = await kit.openRival(one)
      for (const partition of [orders0, orders1]) await one.initialize(at(partition, 0n))
      await one.writePlan({ batchId: 'a', ranges: [range(orders0, 0n, 5n)] })
      await other.writePlan({ batchId: 'b', ranges: [range(orders1, 0n, 9n)] })
      assert.deepEqual(await one.readPlans([orders0, orders1]), [
        { batchId: 'a', ranges: [range(orders0, 0n, 5n)] },
        { batchId: 'b', ranges: [range(orders1, 0n, 9n)] },
      ])
      await commit(one, [range(orders0, 0n, 5n), range(orders1, 0n, 9n)])
      const both = { batchId: 'c', ranges: [range(orders0, 5n, 6n), range(orders1, 9n, 10n)] }
      await one.writePlan(both)
      assert.deepEqual(await other.readPlans([orders1]), [both], 'whole, whichever of its partitions is asked for')
    },
  },
  {
    title:
      'freezing a batch is a compare-and-set on position and plan, all ranges or none; the same batch may be frozen again',
    needs: 'plans',
    async run(kit) {
      const owner = await kit.open()
      const zombie = await kit.openRival(owner)
      await owner.initialize(at(orders0, 100n))
      await owner.initialize(at(orders1, 7n))
      const late = { batchId: 'zombie', ranges: [range(orders1, 7n, 9n), range(orders0, 100n, 150n)] }
      const batch = { batchId: 'owner', ranges: [range(orders0, 100n, 180n)] }
      await owner.writePlan(batch)
      await assertFenced(zombie.writePlan(late), orders0)
      await assertFenced(zombie.writePlan({ ...batch, ranges: [range(orders0, 100n, 170n)] }), orders0)
      assert.deepEqual(await owner.readPlans([orders0, orders1]), [batch])
      await zombie.writePlan(batch)
      await commit(owner, batch.ranges)
      await assertFenced(zombie.writePlan(late), orders0)
      await assertFenced(zombie.writePlan(batch), orders0)
      const missing = { topic: 'orders', partition: 2 }
      await assertFenced(zombie.writePlan({ batchId: 'z', ranges: [range(missing, 0n, 1n)] }), missing)
      assert.deepEqual(await owner.readPlans([orders0, orders1, missing]), [batch])
    },
  },
  {
    title: 'proof records come newest first, are bounded, and survive a reopen',
    needs: 'proofHistory',
    async run(kit) {
      const store = await kit.open({ proofRecordsMax: 5 })
      await store.initialize(at(orders0, 0n))
      for (let from = 0n; from < 12n; from++) await commit(store, [range(orders0, from, from + 1n)])
      const newest = ['0:11', '0:10', '0:9', '0:8', '0:7']
      assert.deepEqual(
        (await store.proofs(100)).map(each => each.batchId),
        newest,
      )
      assert.deepEqual(
        (await store.proofs(2)).map(each => each.batchId),
        newest.slice(0, 2),
      )
      await store.close()
      const reopened = await kit.open({ proofRecordsMax: 5 })
      assert.deepEqual(
        (await reopened.proofs(100)).map(each => each.batchId),
        newest,
      )
    },
  },
  {
    title: 'a proof record comes back as it was written',
    async run(kit) {
      const store = await kit.open()
      await store.initialize(at(orders0, 2n ** 60n))
      const ranges = [range(orders0, 2n ** 60n, 2n ** 60n + 3n)]
      const written = proof(`b'"1`, ranges, { attempt: 3, fencingToken: 'm/ü/4', startedAtMs: 1_700_000_000_123 })
      await store.commit({ ranges, proof: written })
      assert.deepEqual(await store.proofs(1), [written])
    },
  },
  {
    title: 'a clock that goes back does not change which proof is the newest',
    needs: 'proofHistory',
    async run(kit) {
      const store = await kit.open({ proofRecordsMax: 2 })
      await store.initialize(at(orders0, 0n))
      const times = [5_000, 4_000, 1_000]
      for (const [index, committedAtMs] of times.entries()) {
        const ranges = [range(orders0, BigInt(index), BigInt(index + 1))]
        await store.commit({
          ranges,
          proof: proof(`batch ${index}`, ranges, { committedAtMs, startedAtMs: committedAtMs }),
        })
      }
      assert.deepEqual(
        (await store.proofs(10)).map(each => each.batchId),
        ['batch 2', 'batch 1'],
      )
    },
  },
]
