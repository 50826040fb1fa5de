/** kill -9 at any instant: what was acknowledged stands, what was not is there whole or not at all. */
import assert from 'node:assert/strict'
import { runChild } from '../runChild.ts'
import { type ContractCase, commit, type Kit, offsets, orders0, raceUntil, range } from './kit.ts'

const rounds = 6

export const crashCases: readonly ContractCase[] = [
  {
    title: 'killed -9 between save and commit: neither result nor offset',
    needs: 'results',
    async run(kit) {
      const lines = await runAndKill(kit, 'hang', line => line === 'saved')
      assert.deepEqual(lines, ['saved'])
      const store = await kit.open()
      assert.deepEqual(await offsets(store, orders0), [0n])
      assert.deepEqual(await kit.results?.read(), [])
      await commit(store, [range(orders0, 0n, 1n)])
    },
  },
  {
    title: `killed -9 while committing, ${rounds} times: every acknowledged commit stands, none is half there`,
    async run(kit) {
      for (let round = 0; round < rounds; round++) {
        let seen = 0
        const wanted = 1 + ((round * 7) % 23)
        const lines = await runAndKill(kit, 'loop', () => ++seen >= wanted)
        await assertWhole(kit, lines)
      }
    },
  },
  {
    title: 'three processes commit the same offsets in competition: each is won once, and has one result',
    needs: 'sharing',
    async run(kit) {
      const racer = { setupName: kit.setupName, place: kit.place, mode: 'race' } as const
      const runs = await Promise.all([runChild(racer), runChild(racer), runChild(racer)])
      for (const { lines, complaints } of runs) assert.equal(lines.at(-1), 'open', `${lines.at(-1)} ${complaints}`)
      const expected = Array.from({ length: Number(raceUntil) }, (_, index) => index)
      const won = runs.flatMap(run =>
        run.lines.filter(line => line.startsWith('won')).map(line => Number(line.slice(4))),
      )
      assert.deepEqual(won.sort(ascending), expected)
      if (kit.results) assert.deepEqual((await kit.results.read()).map(Number).sort(ascending), expected)
    },
  },
]

function ascending(a: number, b: number): number {
  return a - b
}

async function assertWhole(kit: Kit, lines: readonly string[]): Promise<void> {
  const acknowledged = BigInt(lines.at(-1)?.split(' ')[1] ?? 0)
  const store = await kit.open()
  const [stored = 0n] = await offsets(store, orders0)
  assert.ok(stored === acknowledged || stored === acknowledged + 1n, `acknowledged ${acknowledged}, stored ${stored}`)
  const [newest] = await store.proofs(1)
  assert.equal(newest?.ranges[0]?.untilOffset, stored, 'the newest proof is that of the stored offset')
  if (kit.results) {
    const expected = Array.from({ length: Number(stored) }, (_, index) => String(index))
    assert.deepEqual(await kit.results.read(), expected, 'one result for each offset below the stored one')
  }
  await store.close()
}

/** Runs the child until a line satisfies `isEnough`, kills it, and answers all it said. */
async function runAndKill(
  kit: Kit,
  mode: 'loop' | 'hang',
  isEnough: (line: string) => boolean,
): Promise<readonly string[]> {
  const { lines, end, complaints } = await runChild({
    setupName: kit.setupName,
    place: kit.place,
    mode,
    onLine(line, child) {
      if (!child.killed && isEnough(line)) child.kill('SIGKILL')
    },
  })
  assert.equal(end, 'SIGKILL', `the child ended by itself: ${lines.at(-1)} ${complaints}`)
  return lines
}
