/** Names are data: whatever a group or topic is called, it stays apart from all others. */
import assert from 'node:assert/strict'
import { at, type ContractCase, commit, offsets, range } from './kit.ts'

const hostileNames = [
  `o'rders"; drop table tidemark_offsets; --`,
  'a/b/../c',
  '..',
  '.',
  'ünïcødé 日本 🚰',
  'a\\b%2Fc%00 d\te\nf',
  '__proto__',
  'constructor',
  'x'.repeat(249),
]

export const nameCases: readonly ContractCase[] = [
  {
    title: 'hostile topic names are stored and found',
    needs: 'anyTopic',
    async run(kit) {
      const store = await kit.open()
      for (const [index, topic] of hostileNames.entries()) {
        await store.initialize(at({ topic, partition: 0 }, BigInt(index)))
        await commit(store, [range({ topic, partition: 0 }, BigInt(index), BigInt(index + 100))])
      }
      const partitions = hostileNames.map(topic => ({ topic, partition: 0 }))
      assert.deepEqual(
        await offsets(store, ...partitions),
        hostileNames.map((_, index) => BigInt(index + 100)),
      )
    },
  },
  {
    title: 'hostile group names are groups of their own',
    async run(kit) {
      const partition = { topic: 'orders', partition: 0 }
      for (const [index, name] of hostileNames.entries()) {
        const store = await kit.open({ groupId: name })
        assert.deepEqual(await store.read([partition]), [], name)
        await store.initialize(at(partition, BigInt(index)))
        await store.close()
      }
      for (const [index, name] of hostileNames.entries()) {
        const store = await kit.open({ groupId: name })
        assert.deepEqual(await offsets(store, partition), [BigInt(index)], name)
        await store.close()
      }
    },
  },
  {
    title: 'names that read the same when joined stay apart',
    needs: 'anyTopic',
    async run(kit) {
      const pairs = [
        ['a/b', 'c'],
        ['a', 'b/c'],
        ['a-b', 'c'],
        ['a', 'b-c'],
      ] as const
      for (const [index, [group, topic]] of pairs.entries()) {
        const store = await kit.open({ groupId: group })
        assert.equal((await store.initialize(at({ topic, partition: 1 }, BigInt(index)))).offset, BigInt(index))
        assert.deepEqual(await offsets(store, { topic, partition: 11 }), [undefined])
        await store.close()
      }
    },
  },
  {
    title: 'what one group does is not seen by another: offsets, plans, proofs, resets',
    needs: 'plans',
    async run(kit) {
      const partition = { topic: 'orders', partition: 0 }
      const one = await kit.open({ groupId: 'one' })
      await one.initialize(at(partition, 1n))
      await one.writePlan({ batchId: 'b', ranges: [range(partition, 1n, 2n)] })
      await commit(one, [range(partition, 1n, 2n)])
      await one.close()
      const two = await kit.open({ groupId: 'two' })
      assert.deepEqual(await two.read([partition]), [])
      assert.deepEqual(await two.readPlans([partition]), [])
      assert.deepEqual(await two.proofs(10), [])
      assert.deepEqual(await two.reset([at(partition, 70n)]), [])
      await two.close()
      assert.deepEqual(await offsets(await kit.open({ groupId: 'one' }), partition), [2n])
    },
  },
]
