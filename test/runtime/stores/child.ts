/**
 * A pipeline's store work in a process of its own, to be killed or hindered: `child.ts <setup> <place> <mode>`.
 *
 * `loop`: commits orders/0 one offset after another, and says `committed N` after each; at the first error says `failed CODE`,
 *         reads its position back, says `stands at N`, and ends.
 * `race`: commits orders/0 one offset after another up to `raceUntil`, in competition: whoever is fenced reads anew. Says `won N` for each.
 * `hang`: writes results inside a commit, says `saved`, and never comes back.
 * `hold`: opens, says `open`, and never comes back.
 * `asNobody`: gives up root's rights, opens, and says `failed CODE` or `open`.
 */
import { writeSync } from 'node:fs'
import { FencedError, TidemarkError } from '../../../runtime/src/errors.ts'
import type { OpenStore } from '../../../runtime/src/stores/store.ts'
import { at, commit, orders0, raceUntil, range } from './contract/kit.ts'
import { setupOf } from './setups.ts'

/** Ends a run that meets no trouble, however long it was meant to last. */
const commitsMax = 20_000n

const [setupName = '', place = '', mode = ''] = process.argv.slice(2)
const { store, results } = (await setupOf(setupName)).at(place)

// Root may write everywhere. Loading is done by now, so that the sources need not be readable to others.
if (mode === 'asNobody' && process.getuid?.() === 0) process.setuid?.(65_534)

try {
  const open = (await store.open({ groupId: 'totals', proofRecordsMax: 20 })) as OpenStore<unknown>
  if (mode === 'loop' || mode === 'hang') await work(open)
  if (mode === 'race') await race(open)
  say('open')
  if (mode === 'hold') await forEver()
  await open.close()
} catch (error) {
  say(`failed ${error instanceof TidemarkError ? error.code : error}`)
}

async function work(open: OpenStore<unknown>): Promise<void> {
  const [row] = await open.read([orders0])
  let { offset } = row ?? (await open.initialize(at(orders0, 0n)))
  try {
    while (offset < commitsMax) {
      await commit(open, [range(orders0, offset, offset + 1n)], saving(String(offset)))
      offset++
      say(`committed ${offset}`)
    }
  } catch (error) {
    say(`failed ${error instanceof TidemarkError ? error.code : error}`)
    const [row] = await open.read([orders0])
    say(`stands at ${row?.offset}`)
  }
}

async function race(open: OpenStore<unknown>): Promise<void> {
  for (;;) {
    const [row] = await open.read([orders0])
    const offset = row?.offset ?? (await open.initialize(at(orders0, 0n))).offset
    if (offset >= raceUntil) return
    try {
      await commit(open, [range(orders0, offset, offset + 1n)], saving(String(offset)))
      say(`won ${offset}`)
    } catch (error) {
      const isToBeTriedAgain = error instanceof TidemarkError && (error.retriable || error instanceof FencedError)
      if (!isToBeTriedAgain) throw error
    }
  }
}

function saving(word: string): { readonly save?: (tx: unknown) => Promise<void> } {
  if (!results) return {}
  if (mode !== 'hang') return { save: tx => results.write(tx, word) }
  return {
    async save(tx) {
      await results.write(tx, 'half')
      say('saved')
      await forEver()
    },
  }
}

function forEver(): Promise<never> {
  return new Promise(() => setInterval(() => {}, 60_000))
}

/** Written before the next step begins, so that what the parent reads has really happened. */
function say(line: string): void {
  writeSync(1, `${line}\n`)
}
