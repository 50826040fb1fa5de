/**
 * The contract can fail: each store here breaks one promise on purpose, and the named case must catch it.
 * A suite that passes these proves nothing of the others.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoredOffset } from '../../../runtime/src/stores/store.ts'
import { inProcessCases, runCase } from './contract/cases.ts'
import { type OpenStore, sound, type Wrap } from './control/wrapped.ts'

const broken: Readonly<Record<string, { readonly wrap: Wrap; readonly caughtBy: readonly RegExp[] }>> = {
  'no compare-and-set': {
    wrap: store => ({ commit: commit => commitAnyhow(store, commit) }),
    caughtBy: [/starts elsewhere is fenced/, /exactly one succeeds/, /zombie/, /a fenced commit leaves no result/],
  },
  'ranges one by one': {
    wrap: store => ({
      async commit(commit) {
        for (const range of commit.ranges) await store.commit({ ...commit, ranges: [range] })
      },
    }),
    caughtBy: [/together or not at all/, /a fenced commit leaves no result/],
  },
  'results outside the transaction': {
    wrap: (store, results) => ({
      async commit({ save, ...commit }) {
        if (save && results) await results.detached(save)
        await store.commit(commit)
      },
    }),
    caughtBy: [/throws half way/, /a fenced commit leaves no result/, /one result/],
  },
  'metadata lost': {
    wrap: store => ({ commit: ({ metadata: _, ...commit }) => store.commit(commit) }),
    caughtBy: [/replaces the metadata/],
  },
  'offsets through a double': {
    wrap: store => ({
      read: async partitions => (await store.read(partitions)).map(throughDouble),
    }),
    caughtBy: [/beyond 2\^53/],
  },
  'initialize overwrites': {
    wrap: store => ({
      async initialize(offset) {
        await store.reset([offset])
        return offset
      },
    }),
    caughtBy: [/initialize keeps/],
  },
  'replace without comparing': {
    wrap: store => ({
      async replace(_, to) {
        await store.reset([to])
      },
    }),
    caughtBy: [/replace is a compare-and-set/],
  },
  'reset forgets what stood there': {
    wrap: store => ({
      async reset(offsets) {
        await store.reset(offsets)
        return offsets
      },
    }),
    caughtBy: [/reset sets any position/],
  },
  'plans in memory': {
    wrap: store => {
      let plans: Awaited<ReturnType<OpenStore['readPlans']>> = []
      return {
        ...store,
        async writePlan(plan) {
          plans = [plan]
        },
        readPlans: async () => plans,
      }
    },
    caughtBy: [/same after a reopen/, /do not overwrite each other/],
  },
  'plans without comparing': {
    wrap: store => ({
      writePlan: plan => store.writePlan(plan).catch(() => {}),
    }),
    caughtBy: [/freezing a batch is a compare-and-set/],
  },
  'proofs by the clock': {
    wrap: store => ({
      proofs: async limit =>
        [...(await store.proofs(1_000))].sort((a, b) => b.committedAtMs - a.committedAtMs).slice(0, limit),
    }),
    caughtBy: [/clock that goes back/],
  },
  'one group for all': {
    wrap: () => ({}),
    caughtBy: [/groups of their own/, /stay apart/, /not seen by another/],
  },
}

test('a sound store, wrapped the same way, passes', async t => {
  assert.deepEqual(
    await failures(
      sound(() => ({})),
      t,
    ),
    [],
  )
})

for (const [title, { wrap, caughtBy }] of Object.entries(broken)) {
  test(`caught: ${title}`, async t => {
    const options = title === 'one group for all' ? { groupId: 'same' } : {}
    const failed = await failures(sound(wrap, options), t)
    for (const expected of caughtBy)
      assert.ok(
        failed.some(failure => expected.test(failure)),
        `${expected} did not fail; failed: ${failed.join(' | ') || 'none'}`,
      )
  })
}

async function failures(setup: ReturnType<typeof sound>, t: Parameters<typeof runCase>[3]): Promise<string[]> {
  const failed: string[] = []
  for (const contractCase of inProcessCases)
    await runCase(contractCase, 'wrapped', setup, t).catch(() => failed.push(contractCase.title))
  return failed
}

/** Moves the rows from wherever they stand, as an UPDATE without `AND offset = from` would. */
async function commitAnyhow(store: OpenStore, commit: Parameters<OpenStore['commit']>[0], attempts = 5): Promise<void> {
  const stored = await store.read(commit.ranges)
  const ranges = commit.ranges.map(range => {
    const row = stored.find(each => each.topic === range.topic && each.partition === range.partition)
    const fromOffset = row?.offset ?? range.fromOffset
    const isBehind = fromOffset <= range.untilOffset
    return { ...range, fromOffset, untilOffset: isBehind ? range.untilOffset : fromOffset }
  })
  await store.commit({ ...commit, ranges }).catch((error: unknown) => {
    if (attempts === 0) throw error
    return commitAnyhow(store, commit, attempts - 1)
  })
}

function throughDouble(row: StoredOffset): StoredOffset {
  return { ...row, offset: BigInt(Number(row.offset)) }
}
