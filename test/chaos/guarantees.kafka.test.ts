/** Every guarantee under kills, freezes, cuts and lost replies; and pipelines broken on purpose, which the same harness must catch. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ExperimentOptions, runExperiment } from './experiment.ts'
import { type Flaw, flaws, zombieFlaws } from './flaws.ts'
import type { StoreChoice } from './settings.ts'

const seed = 20_260
const kept: readonly Omit<ExperimentOptions, 'seed'>[] = [
  { guarantee: 'transactional', store: 'sqlite', client: 'kafkajs', kills: 40 },
  { guarantee: 'at-least-once', store: 'sqlite', client: 'kafkajs', kills: 40 },
  { guarantee: 'at-most-once', store: 'sqlite', client: 'kafkajs', kills: 40 },
  { guarantee: 'idempotent', store: 'sqlite', client: 'kafkajs', kills: 40 },
  { guarantee: 'transactional', store: 'kafka', client: 'kafkajs', kills: 10 },
  { guarantee: 'transactional', store: 'sqlite', client: 'kafkajs', kills: 8, hasZombies: true },
  { guarantee: 'transactional', store: 'kafka', client: 'kafkajs', kills: 8, hasZombies: true },
  { guarantee: 'transactional', store: 'postgres', client: 'platformatic', kills: 10 },
  { guarantee: 'at-least-once', store: 'kafka', client: 'platformatic', kills: 10 },
  { guarantee: 'idempotent', store: 'checkpoint', client: 'kafkajs', kills: 10 },
  { guarantee: 'at-most-once', store: 'zookeeper', client: 'kafkajs', kills: 10 },
]

for (const options of kept) {
  const zombies = options.hasZombies ? ' with zombies' : ''
  test(`${options.guarantee} on ${options.store} over ${options.client}${zombies} is kept through ${options.kills} kills`, async t => {
    const said: string[] = []
    const verdict = await runExperiment(t, { ...options, seed, say: line => said.push(line) })
    t.diagnostic(JSON.stringify(verdict))
    assert.ok(verdict.acknowledged > 0)
    assert.ok(verdict.isKept, `seed ${seed}: ${JSON.stringify(verdict)}\n${said.join('\n')}`)
  })
}

/** Where each flaw shows, and how often it must be provoked at most. */
const broken: Readonly<Record<Flaw, { readonly store: StoreChoice; readonly kills: number }>> = {
  'commit-before-save': { store: 'kafka', kills: 10 },
  'no-compare-and-set': { store: 'sqlite', kills: 8 },
  'offset-not-plus-one': { store: 'sqlite', kills: 5 },
  'unfenced-transaction': { store: 'kafka', kills: 8 },
  'plan-not-frozen': { store: 'sqlite', kills: 10 },
}

for (const [flaw, { store, kills }] of Object.entries(broken) as [Flaw, (typeof broken)[Flaw]][]) {
  test(`the harness catches ${flaw}`, async t => {
    const verdict = await runExperiment(t, {
      guarantee: flaws[flaw],
      store,
      client: 'kafkajs',
      kills,
      seed,
      flaw,
      hasZombies: zombieFlaws.has(flaw),
    })
    t.diagnostic(JSON.stringify(verdict))
    assert.equal(verdict.isKept, false, `seed ${seed}: ${JSON.stringify(verdict)}`)
  })
}
