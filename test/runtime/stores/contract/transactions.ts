/** Of stores that keep results too: results and offsets are one transaction. */
import assert from 'node:assert/strict'
import {
  assertCode,
  assertFenced,
  at,
  type ContractCase,
  commit,
  type Kit,
  offsets,
  orders0,
  orders1,
  proof,
  range,
} from './kit.ts'

export const transactionCases: readonly ContractCase[] = [
  {
    title: 'results and offset arrive together',
    needs: 'results',
    async run(kit) {
      const store = await kit.open()
      await store.initialize(at(orders0, 0n))
      await commit(store, [range(orders0, 0n, 2n)], { save: save(kit, 'a', 'b') })
      assert.deepEqual(await results(kit), ['a', 'b'])
      assert.deepEqual(await offsets(store, orders0), [2n])
    },
  },
  {
    title: 'a handler that throws half way leaves no result, no offset, no proof, and its own error',
    needs: 'results',
    async run(kit) {
      const store = await kit.open()
      await store.initialize(at(orders0, 0n))
      const mine = new Error('the handler is wrong')
      const failing = async (tx: unknown): Promise<void> => {
        await save(kit, 'half')(tx)
        throw mine
      }
      await assert.rejects(commit(store, [range(orders0, 0n, 2n)], { save: failing }), error => error === mine)
      assert.deepEqual(await results(kit), [])
      assert.deepEqual(await offsets(store, orders0), [0n])
      assert.deepEqual(await store.proofs(1), [])
      await commit(store, [range(orders0, 0n, 2n)], { save: save(kit, 'whole') })
      assert.deepEqual(await results(kit), ['whole'])
    },
  },
  {
    title: 'a fenced commit leaves no result',
    needs: 'results',
    async run(kit) {
      const store = await kit.open()
      await store.initialize(at(orders0, 0n))
      await store.initialize(at(orders1, 0n))
      const stale = [range(orders0, 0n, 2n), range(orders1, 1n, 2n)]
      await assertFenced(commit(store, stale, { save: save(kit, 'zombie') }), orders1)
      assert.deepEqual(await results(kit), [])
    },
  },
  {
    title: 'two owners save the same range at once: one result',
    needs: 'results',
    async run(kit) {
      const first = await kit.open()
      const second = await kit.openRival(first)
      await first.initialize(at(orders0, 0n))
      for (let from = 0n; from < 10n; from++) {
        const moves = [range(orders0, from, from + 1n)]
        const both = [first, second].map(store => commit(store, moves, { save: save(kit, `at ${from}`) }))
        await Promise.allSettled(both)
      }
      assert.deepEqual(
        await results(kit),
        Array.from({ length: 10 }, (_, index) => `at ${index}`),
      )
    },
  },
  {
    title: 'two commits of one owner at once do not mix: one fails, the other stands whole',
    needs: 'results',
    async run(kit) {
      const store = await kit.open()
      await store.initialize(at(orders0, 0n))
      await store.initialize(at(orders1, 0n))
      const slow = async (tx: unknown): Promise<void> => {
        await save(kit, 'slow 1')(tx)
        await new Promise(resolve => setImmediate(resolve))
        throw new Error('at last')
      }
      const outcomes = await Promise.allSettled([
        commit(store, [range(orders0, 0n, 1n)], { save: slow }),
        commit(store, [range(orders1, 0n, 1n)], { save: save(kit, 'quick') }),
      ])
      assert.deepEqual(
        outcomes.map(outcome => outcome.status),
        ['rejected', 'fulfilled'],
      )
      assert.deepEqual(await results(kit), ['quick'])
      assert.deepEqual(await offsets(store, orders0, orders1), [0n, 1n])
    },
  },
  {
    title: 'the proof is read after the handler, so that its time is that of the commit',
    needs: 'results',
    async run(kit) {
      const store = await kit.open()
      await store.initialize(at(orders0, 0n))
      const ranges = [range(orders0, 0n, 1n)]
      let nowMs = 1_000
      const written = {
        ...proof('timed', ranges),
        get committedAtMs() {
          return nowMs
        },
      }
      await store.commit({
        ranges,
        proof: written,
        save: async () => {
          nowMs = 2_000
        },
      })
      assert.equal((await store.proofs(1)).at(0)?.committedAtMs, 2_000)
    },
  },
  {
    title: 'the handle is dead once its handler has returned',
    needs: 'results',
    async run(kit) {
      const store = await kit.open()
      await store.initialize(at(orders0, 0n))
      let kept: unknown
      await commit(store, [range(orders0, 0n, 1n)], {
        save: async tx => {
          kept = tx
        },
      })
      await assertCode(save(kit, 'late')(kept), 'STORE_BUSY_OUTSIDE')
      assert.deepEqual(await results(kit), [])
    },
  },
]

function save(kit: Kit, ...words: string[]): (tx: unknown) => Promise<void> {
  return async tx => {
    for (const word of words) await kit.results?.write(tx, word)
  }
}

async function results(kit: Kit): Promise<readonly string[]> {
  return (await kit.results?.read()) ?? []
}
