import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { OffsetStore } from '../../../../runtime/src/stores/store.ts'
import { exportsOf, type StoreSetup, setupOf, storeNames } from '../setups.ts'
import { contractCases, runCase } from './cases.ts'
import { assertCode, at, type ContractCase, commit, groupId, orders0, orders1, range } from './kit.ts'

/** Holds every store of one suite against the contract; a store is found by its file. */
export async function contractSuite(suite: StoreSetup['suite']): Promise<void> {
  for (const name of storeNames()) {
    const setup = await setupOf(name)
    if (setup.suite !== suite) continue
    describe(`store ${name}`, () => {
      const cleanUps: (() => unknown)[] = []
      before(() => setup.start?.({ after: cleanUp => cleanUps.push(cleanUp) }))
      after(async () => {
        for (const cleanUp of cleanUps.reverse()) await cleanUp()
      })
      test('its file exports its factory and nothing else that runs', async () => {
        assert.equal((await exportsOf(name)).length, 1)
      })
      test('it says what it is without opening anything', async t => {
        const { store, results } = setup.at(await setup.fresh(t))
        assert.equal(store.kind, name)
        assert.equal(store.isTransactional, results !== undefined)
        assert.match(store.name, /\S+ \S+/)
      })
      const lacks = Object.entries(setup.lacks ?? {})
      if (lacks.length > 0) {
        test(`what it has not is named: ${lacks.map(([need]) => need).join(', ')}`, t => {
          for (const [need, instead] of lacks) {
            t.diagnostic(`${need}: ${instead}`)
            assert.ok(need === 'looking' || contractCases.some(each => each.needs === need), `no case needs ${need}`)
          }
        })
      }
      if (!setup.lacks?.looking) {
        test('its proof records and offsets can be read beside an opener, and reading makes nothing', async t => {
          await readBeside(setup.at(await setup.fresh(t)).store as OffsetStore<unknown>)
        })
        test('a group is taken out with all that is kept for it, and no other group with it', async t => {
          await forget(setup.at(await setup.fresh(t)).store as OffsetStore<unknown>)
        })
      }
      for (const contractCase of contractCases) {
        if (hasWhatItNeeds(setup, contractCase)) test(contractCase.title, t => runCase(contractCase, name, setup, t))
      }
    })
  }
}

function hasWhatItNeeds({ hasResults, isExclusive, lacks = {} }: StoreSetup, { needs }: ContractCase): boolean {
  if (needs === undefined) return true
  if (needs === 'results') return hasResults
  // Who shares competes: by comparing.
  if (needs === 'sharing') return !isExclusive && !('compareAndSet' in lacks)
  return !(needs in lacks)
}

async function forget(store: OffsetStore<unknown>): Promise<void> {
  const isMeant = (group: string) => group === 'totals.debug/ü%~1'
  const forgetGroups = () => store.forgetGroups?.(isMeant) ?? assert.fail('missing')
  await forgetGroups()
  await assertCode(store.readOffsets?.(groupId) ?? Promise.resolve(), 'STORE_UNREACHABLE')
  for (const group of [groupId, 'totals.debug/ü%~1']) {
    const open = await store.open({ groupId: group })
    for (const partition of [orders0, orders1]) await open.initialize(at(partition, 0n))
    await open.writePlan({ batchId: 'b', ranges: [range(orders0, 0n, 1n)] })
    await commit(open, [range(orders0, 0n, 1n)])
    await open.close()
  }
  await forgetGroups()
  const again = await store.open({ groupId: 'totals.debug/ü%~1' })
  assert.deepEqual(
    [await again.read([orders0, orders1]), await again.readPlans([orders0, orders1]), await again.proofs(10)],
    [[], [], []],
  )
  await again.close()
  const other = await store.open({ groupId })
  assert.deepEqual(
    [
      (await other.read([orders0, orders1])).length,
      (await other.readPlans([orders0])).length,
      (await other.proofs(10)).length,
    ],
    [2, 1, 1],
  )
  await other.close()
}

async function readBeside(store: OffsetStore<unknown>): Promise<void> {
  const readProofs = (limit: number) => store.readProofs?.(groupId, limit) ?? Promise.resolve('missing')
  const readOffsets = async () => {
    const found = (await store.readOffsets?.(groupId)) ?? assert.fail('missing')
    return found.toSorted((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition))
  }
  for (let times = 0; times < 2; times++) {
    await assertCode(readProofs(10), 'STORE_UNREACHABLE')
    await assertCode(readOffsets(), 'STORE_UNREACHABLE')
  }
  const awkward = { topic: 'a~b/c d', partition: 7 }
  const far = at(awkward, 2n ** 62n, { topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', metadata: 'by hand' })
  const open = await store.open({ groupId })
  try {
    await open.initialize(at(orders0, 0n))
    assert.deepEqual(await readProofs(10), [])
    assert.deepEqual(await readOffsets(), [at(orders0, 0n)])
    await open.initialize(far)
    for (let from = 0n; from < 3n; from++) await commit(open, [range(orders0, from, from + 1n)])
    assert.deepEqual(await readProofs(2), await open.proofs(2))
    assert.deepEqual(await readOffsets(), [far, ...(await open.read([orders0]))])
  } finally {
    await open.close()
  }
  const left = await readProofs(10)
  assert.equal(left.length, 3)
  assert.equal((await readOffsets()).length, 2)
}
