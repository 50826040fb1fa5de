/** The controls: pipelines broken on purpose, which the same harness must catch, else it proves nothing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chaosKafka } from './cluster.ts'
import { runExperiment } from './experiment.ts'
import { type Flaw, flaws, zombieFlaws } from './flaws.ts'
import { seed } from './kept.ts'
import type { StoreChoice } from './settings.ts'

/** Where each flaw shows, and how often it is provoked. */
const provoked: Readonly<Record<Flaw, { readonly store: StoreChoice; readonly kills: number }>> = {
  'commit-before-save': { store: 'kafka', kills: 12 },
  'no-compare-and-set': { store: 'sqlite', kills: 8 },
  'offset-not-plus-one': { store: 'sqlite', kills: 5 },
  'unfenced-transaction': { store: 'kafka', kills: 8 },
  'plan-not-frozen': { store: 'sqlite', kills: 12 },
}

for (const [flaw, { store, kills }] of Object.entries(provoked) as [Flaw, (typeof provoked)[Flaw]][]) {
  test(`the harness catches ${flaw}`, async t => {
    const hasZombies = zombieFlaws.has(flaw)
    const verdict = await runExperiment(t, {
      guarantee: flaws[flaw],
      store,
      client: 'kafkajs',
      kafka: await chaosKafka(),
      kills,
      seed,
      flaw,
      hasZombies,
    })
    t.diagnostic(JSON.stringify(verdict))
    assert.equal(verdict.isKept, false, `seed ${seed}: ${JSON.stringify(verdict)}`)
  })
}
