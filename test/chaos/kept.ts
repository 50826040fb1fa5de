/** A guarantee, through everything, as a test. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chaosKafka } from './cluster.ts'
import { type ExperimentOptions, runExperiment } from './experiment.ts'

/** Repeats what an earlier run did: `TIDEMARK_CHAOS_SEED=7 npm test -- chaos`. */
export const seed = Number(process.env.TIDEMARK_CHAOS_SEED ?? 20_260)

/** Kills of an experiment in the full test run; any number on demand: `npm run chaos -- --kills 10000`. */
const killsAtMost = Number(process.env.TIDEMARK_CHAOS_KILLS ?? Number.POSITIVE_INFINITY)

export function testKept(options: Omit<ExperimentOptions, 'seed'>): void {
  const { guarantee, store, client, hasZombies } = options
  const kills = Math.min(options.kills, killsAtMost)
  const zombies = hasZombies ? ' with zombies' : ''
  test(`${guarantee} on ${store} over ${client}${zombies} is kept through ${kills} kills`, async t => {
    const said: string[] = []
    const verdict = await runExperiment(t, {
      ...options,
      kills,
      seed,
      kafka: await chaosKafka(),
      say: line => said.push(line),
    })
    t.diagnostic(JSON.stringify(verdict))
    assert.ok(verdict.acknowledged > 0)
    assert.ok(verdict.isKept, `seed ${seed}: ${JSON.stringify(verdict)}\n${said.join('\n')}`)
  })
}
