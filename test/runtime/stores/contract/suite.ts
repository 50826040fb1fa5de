import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { exportsOf, type StoreSetup, setupOf, storeNames } from '../setups.ts'
import { contractCases, runCase } from './cases.ts'

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
      for (const contractCase of contractCases) {
        const lacks = contractCase.needs === 'results' && !setup.hasResults
        if (!lacks) test(contractCase.title, t => runCase(contractCase, name, setup, t))
      }
    })
  }
}
